using Shiplog.Domain.Networks;

namespace Shiplog.Domain.Containers;

/// <summary>A container's place in a network, from the intent on until its lease ends.</summary>
/// <param name="Assigned">The leased address is on the container's interface.</param>
public sealed record ContainerPlace(NetworkEndpoint Endpoint, bool Assigned)
{
    /// <summary>The connect that has no outcome yet; absent of places that came with the start.</summary>
    public string? ConnectedBy { get; init; }
}

/// <summary>The networks of a container: those it is to be in, and its places in them while it runs.</summary>
public static class ContainerPlaces
{
    /// <summary>The place in this network; <see langword="null"/> where there is none.</summary>
    public static ContainerPlace? PlaceIn(this Container c, string networkId) => Array.Find(c.Places, p => p.Endpoint.NetworkId == networkId);

    /// <summary>Its interface in this network is there.</summary>
    public static bool HasInterfaceIn(this Container c, string networkId) =>
        c.Interfaces.Contains(networkId) || (c.Interfaces is [] && c.NetworkNamespace is not null);

    /// <summary>The networks that it is to be in.</summary>
    /// <param name="bridge">The default one, which a container is in whose creation says nothing else.</param>
    public static NetworkAttachment[] NetworksOf(this Container c, Network? bridge) =>
        c.Networks ?? (bridge is not null && c.Host?.NetworkMode == bridge.Name ? [new NetworkAttachment(bridge.Id, bridge.Name)] : []);

    /// <summary>The place by which it reaches everybody outside its networks.</summary>
    public static ContainerPlace? RoutedBy(IEnumerable<ContainerPlace> places) => places.FirstOrDefault(p => !p.Endpoint.Internal);

    internal static Container WithPlaces(this Container c, string networkId, Func<ContainerPlace, ContainerPlace> change) =>
        c with { Places = [.. c.Places.Select(p => p.Endpoint.NetworkId == networkId ? change(p) : p)] };

    internal static Container WithoutPlaces(this Container c, Func<ContainerPlace, bool> gone) => c with { Places = [.. c.Places.Where(p => !gone(p))] };

    internal static Container WithoutInterface(this Container c, string networkId)
    {
        string[] left = [.. c.Interfaces.Where(i => i != networkId)];
        // The address goes with the interface; the lease need not.
        return c.WithPlaces(networkId, p => p with { Assigned = false }) with
        {
            Interfaces = left,
            NetworkNamespace = left is [] ? null : c.NetworkNamespace,
        };
    }
}
