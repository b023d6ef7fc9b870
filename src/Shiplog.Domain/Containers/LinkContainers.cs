using Shiplog.Contracts.Orders;
using Shiplog.Domain.Networks;

namespace Shiplog.Domain.Containers;

/// <summary>A linked container as the one that is started is told of it. A part of stored events.</summary>
/// <param name="Alias">Its name in there.</param>
/// <param name="Names">All names that lead to it, the alias first.</param>
/// <param name="Env">What the program is told: <c>DB_PORT_80_TCP_ADDR=172.17.0.2</c>.</param>
public sealed record LinkedContainer(string ContainerId, string Alias, string Address, string[] Names, string[] Env);

/// <summary>Links in the default network, whose containers find nobody by name: <c>--link name:alias</c>.</summary>
public static class LinkContainers
{
    /// <summary>Reads <c>name</c>, <c>name:alias</c>, and <c>/name:/container/alias</c> as inspecting shows it.</summary>
    public static bool TryParse(string text, out string name, out string alias)
    {
        var parts = text.Split(':');
        (name, alias) = (parts[0].TrimStart('/'), parts[^1][(parts[^1].LastIndexOf('/') + 1)..]);
        return parts.Length <= 2 && name is not "" && alias is not "";
    }

    /// <summary>As it is kept, by the id: the other may be renamed.</summary>
    public static string Kept(string containerId, string alias) => $"{containerId}:{alias}";

    /// <summary>The start with what the container is to know of those that it is linked to, or as failed where one of them is not up.</summary>
    /// <param name="linked">Their states, by id.</param>
    public static Decision Decide(ContainerStartRequested intent, Container container, IReadOnlyDictionary<string, Container> linked)
    {
        var links = new List<LinkedContainer>();
        foreach (var link in container.Host?.Links ?? [])
        {
            _ = TryParse(link, out var id, out var alias);
            var other = linked.GetValueOrDefault(id) ?? Container.Absent;
            if (Fault(container, other, id, alias) is var (kind, error))
                return StartContainer.FailAtOnce(intent, "LinkContainers", kind, error);
            var address = AddressOf(other)!;
            string[] names = [.. new[] { alias, other.Config!.Hostname, other.Name }.Distinct()];
            links.Add(new LinkedContainer(id, alias, address, names, [.. Env(container, other, alias, address)]));
        }
        return Decision.Accept(links is [] ? intent : intent with { Links = [.. links] });
    }

    private static (FailureKind Kind, string Error)? Fault(Container container, Container other, string id, string alias) =>
        !other.Exists ? (FailureKind.NotFound, $"No such container: {id}")
        : !other.IsUp ? (FailureKind.Conflict, $"Cannot link to a non running container: /{other.Name} AS /{container.Name}/{alias}")
        : AddressOf(other) is null ? (FailureKind.Conflict, $"Cannot link to /{other.Name}, as it does not belong to the default network")
        : null;

    private static string? AddressOf(Container other) => other.Places.FirstOrDefault(p => p.Endpoint.NetworkName is "bridge")?.Endpoint.Address;

    /// <summary>Docker's variables (docs: "Legacy container links").</summary>
    private static IEnumerable<string> Env(Container container, Container other, string alias, string address)
    {
        var prefix = alias.ToUpperInvariant().Replace('-', '_');
        Port[] ports = [.. other.Config!.ExposedPorts.Select(p => Port.TryParse(p, out var port) ? port : default)
            .Where(p => p.Number > 0).OrderBy(p => p.Number).ThenByDescending(p => p.Protocol == "tcp")];
        // A range of three and more is told by its ends, too.
        for (var i = 0; i < ports.Length;)
        {
            var end = i;
            while (end + 1 < ports.Length && ports[end + 1].Number <= ports[end].Number + 1)
                end++;
            if (end > i + 1)
            {
                var (first, last) = (ports[i], ports[end]);
                var start = $"{prefix}_PORT_{first.Number}_{first.Protocol.ToUpperInvariant()}";
                yield return $"{start}_START={first.Protocol}://{address}:{first.Number}";
                yield return $"{start}_PORT_START={first.Number}";
                var until = $"{prefix}_PORT_{first.Number}_{last.Protocol.ToUpperInvariant()}";
                yield return $"{until}_END={last.Protocol}://{address}:{last.Number}";
                yield return $"{until}_PORT_END={last.Number}";
                i = end + 1;
            }
            else
                i++;
        }
        if (ports is [var lowest, ..])
            yield return $"{prefix}_PORT={lowest.Protocol}://{address}:{lowest.Number}";
        foreach (var port in ports)
        {
            var name = $"{prefix}_PORT_{port.Number}_{port.Protocol.ToUpperInvariant()}";
            yield return $"{name}={port.Protocol}://{address}:{port.Number}";
            yield return $"{name}_ADDR={address}";
            yield return $"{name}_PORT={port.Number}";
            yield return $"{name}_PROTO={port.Protocol}";
        }
        yield return $"{prefix}_NAME=/{container.Name}/{alias}";
        foreach (var variable in other.Config.Env.Where(e => e.Contains('=', StringComparison.Ordinal) && e.Split('=')[0] is not ("HOME" or "PATH")))
            yield return $"{prefix}_ENV_{variable}";
    }
}
