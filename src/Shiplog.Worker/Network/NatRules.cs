using System.Globalization;
using System.Text;
using Shiplog.Contracts.Orders;

namespace Shiplog.Worker.Network;

/// <summary>A chain of the table.</summary>
/// <param name="Hook">Where packets come into it; empty for one that others jump to.</param>
internal sealed record RuleChain(string Name, string Hook, params string[] Rules);

/// <summary>A port of the host's, and where what arrives there goes.</summary>
/// <param name="HostIp"><c>0.0.0.0</c> for all of the host's addresses.</param>
internal sealed record PortForward(string HostIp, int HostPort, string Protocol, string Address, int ContainerPort)
{
    private bool IsAnywhere => HostIp == "0.0.0.0";

    /// <summary>The map that it is an element of.</summary>
    public string Map => IsAnywhere ? NatRules.Published : NatRules.PublishedAt;

    /// <summary>Its key there. By number: the names of protocols are in a file that a host need not have.</summary>
    public string Key => string.Create(CultureInfo.InvariantCulture, $"{(IsAnywhere ? "" : HostIp + " . ")}{ProtocolNumber} . {HostPort}");

    /// <summary>Its value there.</summary>
    public string Target => string.Create(CultureInfo.InvariantCulture, $"{Address} . {ContainerPort}");

    public byte ProtocolNumber => Protocol switch { "udp" => 17, "sctp" => 132, _ => 6 };

    /// <inheritdoc/>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{HostIp}:{HostPort}->{Address}:{ContainerPort}/{Protocol}");

    public static IEnumerable<PortForward> Of(PublishPorts order) =>
        order.Ports.Select(p => new PortForward(p.HostIp, p.HostPort, p.Protocol, order.Address, p.ContainerPort));
}

/// <summary>The packet filter's part, as text for nft(8): one table of ours, replaced whole.</summary>
internal static class NatRules
{
    /// <summary>The map of the ports that are published at all of the host's addresses.</summary>
    public const string Published = "published";

    /// <summary>The map of those at one of them.</summary>
    public const string PublishedAt = "published_at";

    private const string Target = "ipv4_addr . inet_service";

    public static RuleChain[] Chains(IReadOnlyCollection<NetworkRecord> networks) =>
    [
        new RuleChain("publish", "",
            $"dnat ip to ip daddr . meta l4proto . th dport map @{PublishedAt}",
            $"fib daddr type local dnat ip to meta l4proto . th dport map @{Published}"),
        // What is published at a loopback address is the host's own programs', also where a neighbour sends packets to that address.
        new RuleChain("prerouting", "type nat hook prerouting priority dstnat", "ip daddr != 127.0.0.0/8 jump publish"),
        new RuleChain("output", "type nat hook output priority -100", "jump publish"),
        // Bridges with published ports route loopback addresses, for the host's programs; containers must not make use of that.
        new RuleChain("loopback", "type filter hook prerouting priority raw",
            [.. networks.Select(n => $"iifname \"{n.Bridge}\" ip daddr 127.0.0.0/8 drop")]),
        new RuleChain("postrouting", "type nat hook postrouting priority srcnat", [.. networks.Where(n => !n.Internal).SelectMany(Masquerade)]),
        new RuleChain("forward", "type filter hook forward priority filter", [.. Isolation(networks)]),
    ];

    private static IEnumerable<string> Masquerade(NetworkRecord n)
    {
        // Addresses of the subnet leave the host under the host's own.
        if (!n.Unmasqueraded)
            yield return $"ip saddr {n.Subnet} oifname != \"{n.Bridge}\" masquerade";
        // A container that reaches another, or itself, by a published port: the answer must come back this way.
        yield return $"ip saddr {n.Subnet} ct status dnat masquerade";
        yield return $"ip saddr 127.0.0.0/8 oifname \"{n.Bridge}\" masquerade";
    }

    /// <summary>Nothing passes from one network to another, nor in or out of an internal one.</summary>
    private static IEnumerable<string> Isolation(IReadOnlyCollection<NetworkRecord> networks)
    {
        // A published port is for everybody.
        yield return "ct status dnat accept";
        foreach (var n in networks.Where(n => n.Internal))
        {
            yield return $"iifname \"{n.Bridge}\" oifname != \"{n.Bridge}\" drop";
            yield return $"oifname \"{n.Bridge}\" iifname != \"{n.Bridge}\" drop";
        }

        var all = string.Join(", ", networks.Select(n => $"\"{n.Bridge}\""));
        foreach (var n in networks.Where(_ => networks.Count > 1))
            yield return $"iifname \"{n.Bridge}\" oifname != \"{n.Bridge}\" oifname {{ {all} }} drop";
    }

    /// <summary>The whole table. Naming it before deleting it makes the deletion succeed on the first run; nft applies all of it or nothing.</summary>
    public static string Table(string table, IEnumerable<RuleChain> chains, IReadOnlyCollection<PortForward> ports)
    {
        var text = new StringBuilder();
        text.Append("table ip ").Append(table).Append("\ndelete table ip ").Append(table).Append("\ntable ip ").Append(table).Append(" {\n");
        AppendMap(text, Published, "inet_proto . inet_service : " + Target, ports);
        AppendMap(text, PublishedAt, "ipv4_addr . inet_proto . inet_service : " + Target, ports);
        foreach (var chain in chains)
        {
            text.Append("  chain ").Append(chain.Name).Append(" {\n");
            if (chain.Hook is not "")
                text.Append("    ").Append(chain.Hook).Append("; policy accept;\n");
            foreach (var rule in chain.Rules)
                text.Append("    ").Append(rule).Append('\n');
            text.Append("  }\n");
        }

        return text.Append("}\n").ToString();
    }

    private static void AppendMap(StringBuilder text, string name, string type, IEnumerable<PortForward> ports)
    {
        text.Append("  map ").Append(name).Append(" {\n    type ").Append(type).Append('\n');
        var elements = string.Join(", ", ports.Where(p => p.Map == name).Select(p => $"{p.Key} : {p.Target}"));
        if (elements is not "")
            text.Append("    elements = { ").Append(elements).Append(" }\n");
        text.Append("  }\n");
    }

    private static string Lines(IEnumerable<string> rules) => new StringBuilder().AppendJoin('\n', rules.Select(r => "    " + r)).ToString();
}
