using System.Text;
using Shiplog.Contracts.Orders;

namespace Shiplog.Worker.Network;

/// <summary>Who is found by which names in a network.</summary>
/// <param name="Servers">Who is asked for all other names; none for the host's own.</param>
internal sealed record NameEntry(string ContainerId, string Address, string[] Names, string[] Servers);

/// <summary>
/// The names of all networks whose containers find each other by name, as the files that aardvark-dns 1.4 reads: one a network,
/// the address that it listens at in the first line, then a container a line. Pure.
/// </summary>
internal sealed class NameTable
{
    private readonly Dictionary<string, (string Gateway, Dictionary<string, NameEntry> Entries)> _networks = [];

    /// <summary>Nobody is found by name.</summary>
    public bool IsEmpty => _networks.Count == 0;

    /// <summary>The addresses that are listened at.</summary>
    public IEnumerable<string> Gateways => _networks.Values.Select(n => n.Gateway);

    /// <summary>Adds a container's places, those in networks without names left out.</summary>
    /// <returns>Whether that changes anything.</returns>
    public bool Add(StartContainer order, IEnumerable<NetworkPlace> places)
    {
        var changed = false;
        foreach (var place in places.Where(p => p.Bridge.Names is not null))
        {
            if (!_networks.TryGetValue(place.Bridge.Bridge, out var network))
                _networks[place.Bridge.Bridge] = network = (place.Bridge.Gateway, []);
            network.Entries[order.ContainerId] = new NameEntry(order.ContainerId, place.Address.Address, place.Bridge.Names!, order.Process.Dns);
            changed = true;
        }

        return changed;
    }

    /// <param name="bridge">The network's; <see langword="null"/> for all.</param>
    /// <returns>Whether that changes anything.</returns>
    public bool Remove(string containerId, string? bridge = null)
    {
        var changed = false;
        foreach (var (name, network) in _networks.Where(n => bridge is null || n.Key == bridge).ToArray())
        {
            changed |= network.Entries.Remove(containerId);
            if (network.Entries.Count == 0)
                _networks.Remove(name);
        }

        return changed;
    }

    /// <summary>The files' contents by their names.</summary>
    /// <param name="mark">A name that only this version of them has, by which is seen that they have been read.</param>
    public Dictionary<string, string> Files(string mark) => _networks.ToDictionary(n => n.Key, n =>
    {
        var text = new StringBuilder(n.Value.Gateway).Append('\n');
        text.Append(mark).Append(" 127.0.0.1  ").Append(mark).Append('\n');
        foreach (var e in n.Value.Entries.Values.OrderBy(e => e.ContainerId, StringComparer.Ordinal))
        {
            text.Append(e.ContainerId).Append(' ').Append(e.Address).Append("  ").AppendJoin(',', e.Names.Where(IsName));
            if (e.Servers.Length > 0)
                text.Append(' ').AppendJoin(',', e.Servers);
            text.Append('\n');
        }

        return text.ToString();
    });

    // What would end a field or a line is no name that anybody could ask for.
    private static bool IsName(string name) => name.Length > 0 && !name.Any(c => char.IsWhiteSpace(c) || char.IsControl(c) || c is ',');
}
