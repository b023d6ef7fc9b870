using Shiplog.Domain.Containers;
using Shiplog.Domain.Networks;
using Shiplog.Server.Containers;
using Shiplog.Server.DockerApi;
using Shiplog.Server.DockerApi.Dto;

namespace Shiplog.Server.Networks;

/// <summary>A network in Docker's words.</summary>
internal static class NetworkWire
{
    /// <param name="containers">Those that are looked at for who is in it.</param>
    public static NetworkDto Of(Network n, IEnumerable<Container> containers) => new()
    {
        Name = n.Name,
        Id = n.Id,
        Created = DockerTime.Text(n.CreatedAt),
        Scope = "local",
        Driver = n.Driver,
        Internal = n.Internal,
        Attachable = n.Attachable,
        IPAM = new IpamDto("default", n.IsUserDefined ? [] : null, n is { Subnet: { } subnet, Gateway: { } gateway } ? [new IpamConfigDto(subnet, n.IpRange, gateway)] : []),
        Containers = containers.Where(c => c.IsUp && (c.PlaceIn(n.Id) is not null || c.Host?.NetworkMode == n.Name && n.Driver is not "bridge"))
            .ToDictionary(c => c.Id, c => Member(c, n)),
        Options = n is { IsPredefined: true, Bridge: { } bridge } ? new() { [BridgeOptions.BridgeName] = bridge } : n.Options,
        Labels = n.Labels,
    };

    private static NetworkContainerDto Member(Container c, Network n) => new(
        c.Name, ContainerWire.EndpointId(c, n.Id), c.PlaceIn(n.Id)?.Endpoint.MacAddress ?? "",
        c.PlaceIn(n.Id)?.Endpoint is { } e ? $"{e.Address}/{e.PrefixLength}" : "", "");
}
