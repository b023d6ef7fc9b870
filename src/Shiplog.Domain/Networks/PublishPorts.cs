using System.Globalization;
using Shiplog.Contracts.Orders;
using Shiplog.Domain.Containers;

namespace Shiplog.Domain.Networks;

/// <summary>Which ports of its host a starting container gets.</summary>
public static class PublishPorts
{
    /// <summary>All of the host's addresses.</summary>
    public const string AnyAddress = "0.0.0.0";

    /// <summary>A port of the host's that somebody has.</summary>
    public sealed record Taken(string HostIp, int HostPort, string Protocol);

    /// <summary>A port that is wanted: one of these, or, where both are 0, any of the host's own choice.</summary>
    private sealed record Wish(Port Port, string HostIp, int First, int Last)
    {
        public bool IsAny => First == 0;
    }

    /// <summary>Something is to be published when it starts.</summary>
    public static bool Wanted(Container container) => container.Host is { } host && (host.PortBindings is [_, ..] || host.PublishAllPorts);

    /// <summary>The place that ports lead to: the first in a network with a way out; <see langword="null"/> where there is none.</summary>
    public static NetworkEndpoint? Over(ContainerStartRequested intent) =>
        Array.Find((NetworkEndpoint?[])[intent.Endpoint, .. intent.Further ?? []], e => e is { Internal: false });

    /// <summary>Another port would do as well.</summary>
    public static bool Movable(Container container, PublishedPort port) => Wishes(container).Any(w =>
        w.Port == new Port(port.ContainerPort, port.Protocol) && w.HostIp == port.HostIp && (w.IsAny || (w.First < w.Last && w.First <= port.HostPort && port.HostPort <= w.Last)));

    /// <summary>The intent with the ports that it leases, or, where there are none, its failure beside it: the attempt is on record.</summary>
    public static Decision Decide(ContainerStartRequested intent, Container container, IEnumerable<Taken> taken, int anyFirst, int anyLast)
    {
        if (Choose(container, taken, anyFirst, anyLast, out var fault) is { } ports)
            return Decision.Accept(ports is [] ? intent : intent with { Ports = ports });
        return Containers.StartContainer.FailAtOnce(
            intent, "PublishPorts", FailureKind.InUse,
            Failed(container.Name, EndpointId.Of(container.Id, Over(intent)?.NetworkId, intent.CommandId), fault));
    }

    /// <summary>Docker's words for ports that cannot be published.</summary>
    public static string Failed(string container, string endpointId, string fault) =>
        $"driver failed programming external connectivity on endpoint {container} ({endpointId}): {fault}";

    /// <summary>The lowest free ones. What leaves no choice chooses first.</summary>
    /// <param name="taken">Those that other containers have, and those that have been found to be a program's.</param>
    /// <param name="anyFirst">Where the host's own choice begins.</param>
    /// <param name="anyLast">And ends.</param>
    /// <param name="fault">Why there is none, in Docker's words.</param>
    public static PublishedPort[]? Choose(Container container, IEnumerable<Taken> taken, int anyFirst, int anyLast, out string fault)
    {
        var held = taken.GroupBy(t => (t.HostPort, t.Protocol)).ToDictionary(g => g.Key, g => g.Select(t => t.HostIp).ToList());
        var chosen = new List<PublishedPort>();
        foreach (var wish in Wishes(container).OrderBy(w => w.IsAny).ThenBy(w => w.Last - w.First))
        {
            var (first, last) = wish.IsAny ? (anyFirst, anyLast) : (wish.First, wish.Last);
            if (Lowest(wish, first, last, held) is not { } port)
            {
                fault = first == last
                    ? string.Create(CultureInfo.InvariantCulture, $"Bind for {wish.HostIp}:{first} failed: port is already allocated")
                    : string.Create(CultureInfo.InvariantCulture, $"all ports are allocated ({wish.HostIp}:{first}-{last}/{wish.Port.Protocol})");
                return null;
            }
            if (!held.TryGetValue((port, wish.Port.Protocol), out var addresses))
                held[(port, wish.Port.Protocol)] = addresses = [];
            addresses.Add(wish.HostIp);
            chosen.Add(new PublishedPort(wish.HostIp, port, wish.Port.Number, wish.Port.Protocol));
        }
        fault = "";
        return [.. chosen.OrderBy(p => p.ContainerPort).ThenBy(p => p.Protocol, StringComparer.Ordinal).ThenBy(p => p.HostPort)];
    }

    private static int? Lowest(Wish wish, int first, int last, Dictionary<(int, string), List<string>> held)
    {
        for (var port = first; port <= last; port++)
        {
            if (!held.TryGetValue((port, wish.Port.Protocol), out var addresses) || !addresses.Any(a => Overlap(a, wish.HostIp)))
                return port;
        }
        return null;
    }

    private static bool Overlap(string one, string other) => one == other || one == AnyAddress || other == AnyAddress;

    private static IEnumerable<Wish> Wishes(Container container)
    {
        var bindings = container.Host?.PortBindings ?? [];
        foreach (var binding in bindings)
        {
            if (Port.TryParse(binding.Port, out var port) && Port.TryParseRange(binding.HostPort is "" ? "0" : binding.HostPort, out var first, out var last))
                yield return new Wish(port, binding.HostIp is "" ? AnyAddress : binding.HostIp, first, last);
        }
        if (container.Host is not { PublishAllPorts: true })
            yield break;
        foreach (var exposed in container.Config?.ExposedPorts ?? [])
        {
            if (Port.TryParse(exposed, out var port) && !bindings.Any(b => b.Port == port.ToString()))
                yield return new Wish(port, AnyAddress, 0, 0);
        }
    }
}
