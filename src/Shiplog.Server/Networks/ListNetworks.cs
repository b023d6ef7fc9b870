using Shiplog.Domain.Containers;
using Shiplog.Domain.Networks;
using Shiplog.Server.DockerApi;
using Shiplog.Server.DockerApi.Dto;
using Shiplog.Server.Store;

namespace Shiplog.Server.Networks;

/// <summary>GET /networks</summary>
internal sealed class ListNetworks(IEventLog log) : IDockerEndpoint
{
    public async Task HandleAsync(DockerRequest request)
    {
        var filters = Filters.Read(request.Query("filters"), "driver", "id", "label", "name", "scope", "type", "dangling");
        if (filters["type"].FirstOrDefault(t => t is not ("builtin" or "custom")) is { } type)
            throw DockerException.Invalid($"invalid filter: 'type'='{type}'");
        if (filters["dangling"].FirstOrDefault(d => d is not ("true" or "false" or "1" or "0")) is { } dangling)
            throw DockerException.Invalid($"invalid filter 'dangling={dangling}'");
        var used = filters.Has("dangling")
            ? (await log.ListContainersAsync(request.Cancellation)).SelectMany(c => c.Places).Select(p => p.Endpoint.NetworkId).ToHashSet()
            : [];
        NetworkDto[] items =
        [
            .. (await log.ListNetworksAsync(request.Cancellation)).Where(n => Passes(n, filters, used)).Select(n => NetworkWire.Of(n, [])),
        ];
        await request.WriteJsonAsync(items, DockerJson.Default.NetworkDtoArray);
    }

    private static bool Passes(Network n, Filters filters, HashSet<string> used) =>
        filters.Exact("driver", n.Driver) && filters.Prefix("id", n.Id) && filters.Match("name", n.Name) && filters.Exact("scope", "local") &&
        filters.Exact("type", n.IsPredefined ? "builtin" : "custom") && filters.Labels("label", n.Labels) &&
        filters["dangling"].All(d => (d is "true" or "1") == (!n.IsPredefined && !used.Contains(n.Id)));
}

/// <summary>GET /networks/{id}</summary>
internal sealed class InspectNetwork(IEventLog log, NetworkDirectory networks) : IDockerEndpoint
{
    public async Task HandleAsync(DockerRequest request)
    {
        if (request.Query("scope") is { } scope and not "local")
            throw DockerException.NotFound($"network {request.Name} not found in scope {scope}");
        var network = await networks.GetAsync(request.Name, request.Cancellation);
        await request.WriteJsonAsync(
            NetworkWire.Of(network, await log.ListContainersAsync(request.Cancellation)), DockerJson.Default.NetworkDto);
    }
}
