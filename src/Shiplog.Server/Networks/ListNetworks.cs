using Shiplog.Domain.Containers;
using Shiplog.Domain.Networks;
using Shiplog.Server.Containers;
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
        var networks = await log.ListNetworksAsync(request.Cancellation);
        NetworkDto[] items =
        [
            .. networks.Where(n => filters.Exact("driver", n.Driver) && filters.Prefix("id", n.Id) && filters.Match("name", n.Name) &&
                filters.Exact("scope", "local") && filters.Exact("type", "builtin") && !filters.Has("label") && filters["dangling"].All(d => d is "false" or "0"))
                .Select(n => NetworkWire.Of(n, [])),
        ];
        await request.WriteJsonAsync(items, DockerJson.Default.NetworkDtoArray);
    }
}

/// <summary>GET /networks/{id}</summary>
internal sealed class InspectNetwork(IEventLog log) : IDockerEndpoint
{
    public async Task HandleAsync(DockerRequest request)
    {
        var networks = await log.ListNetworksAsync(request.Cancellation);
        var network = networks.FirstOrDefault(n => n.Id == request.Name || n.Name == request.Name)
            ?? Only(networks, request.Name) ?? throw DockerException.NotFound($"network {request.Name} not found");
        var containers = await log.ListContainersAsync(request.Cancellation);
        await request.WriteJsonAsync(
            NetworkWire.Of(network, containers.Where(c => c.IsUp && c.Host?.NetworkMode == network.Name)), DockerJson.Default.NetworkDto);
    }

    private static Network? Only(IReadOnlyList<Network> networks, string prefix) =>
        networks.Where(n => n.Id.StartsWith(prefix, StringComparison.Ordinal)).Take(2).ToArray() is [var one] ? one : null;
}

/// <summary>A network in Docker's words.</summary>
internal static class NetworkWire
{
    public static NetworkDto Of(Network n, IEnumerable<Container> attached) => new()
    {
        Name = n.Name,
        Id = n.Id,
        Created = DockerTime.Text(n.CreatedAt),
        Scope = "local",
        Driver = n.Driver,
        IPAM = new IpamDto("default", null, n is { Subnet: { } subnet, Gateway: { } gateway } ? [new IpamConfigDto(subnet, gateway)] : []),
        Containers = attached.ToDictionary(c => c.Id, Attached),
        Options = n.Bridge is { } bridge ? new() { ["com.docker.network.bridge.name"] = bridge } : [],
    };

    private static NetworkContainerDto Attached(Container c) => new(
        c.Name, ContainerWire.EndpointId(c), c.Endpoint?.MacAddress ?? "", c.Endpoint is { } e ? $"{e.Address}/{e.PrefixLength}" : "", "");
}
