using System.Net;
using System.Net.Sockets;
using System.Text;
using Shiplog.Contracts.Orders;
using Shiplog.Worker.Lifecycle;

namespace Shiplog.Worker.Network;

/// <summary>The three files that a container's network shows in, by Docker's rules, as text.</summary>
internal static class EtcFiles
{
    // Where a host has none but its own loopback resolver, Docker's choice.
    private static readonly string[] DefaultNameservers = ["8.8.8.8", "8.8.4.4"];

    public static string Hostname(ContainerProcess process) => process.Hostname + "\n";

    /// <param name="hostFile">The host's own file, which a container on its network begins with.</param>
    /// <param name="further">Its addresses in further networks.</param>
    public static string Hosts(ContainerProcess process, AssignIp? address, string? hostFile, IEnumerable<AssignIp>? further = null)
    {
        var text = new StringBuilder(
            hostFile?.TrimEnd('\n')
            ?? "127.0.0.1\tlocalhost\n::1\tlocalhost ip6-localhost ip6-loopback\nfe00::0\tip6-localnet\n"
            + "ff00::0\tip6-mcastprefix\nff02::1\tip6-allnodes\nff02::2\tip6-allrouters");
        text.Append('\n');
        foreach (var extra in process.ExtraHosts)
        {
            var colon = extra.IndexOf(':', StringComparison.Ordinal);
            var target = extra[(colon + 1)..];
            if (target == "host-gateway")
                target = address?.Gateway ?? "127.0.0.1";
            text.Append(target).Append('\t').Append(extra[..colon]).Append('\n');
        }

        foreach (var own in (address is null ? [] : (AssignIp[])[address]).Concat(further ?? []))
        {
            text.Append(own.Address).Append('\t');
            if (process.Domainname.Length > 0)
                text.Append(process.Hostname).Append('.').Append(process.Domainname).Append(' ');
            text.Append(process.Hostname).Append('\n');
        }

        return text.ToString();
    }

    /// <summary>By the host's own file.</summary>
    /// <param name="defaultDns">Servers for containers that name none, from the configuration.</param>
    public static string ResolvConf(StartContainer order, string[] defaultDns) => ResolvConf(
        order.Process, order.Network, File.Exists("/etc/resolv.conf") ? File.ReadAllText("/etc/resolv.conf") : "", defaultDns,
        byNames: order.Places().Any(p => p.Bridge.Names is not null));

    /// <param name="hostFile">The host's own file.</param>
    /// <param name="byNames">In a network whose containers find each other by name the instance's own server is asked.</param>
    /// <param name="defaultDns">Servers for containers that name none, from the configuration.</param>
    public static string ResolvConf(ContainerProcess process, NetworkMode network, string hostFile, string[] defaultDns, bool byNames = false)
    {
        var lines = hostFile.Split('\n', StringSplitOptions.TrimEntries);
        var servers = process.Dns.Length > 0 ? process.Dns : defaultDns.Length > 0 ? defaultDns : [.. Values(lines, "nameserver")];
        if (process.Dns.Length == 0 && network != NetworkMode.Host)
        {
            // The host's loopback is not the container's, and the container has no IPv6 to reach a server by.
            servers = [.. servers.Where(IsReachable)];
            if (servers.Length == 0)
                servers = DefaultNameservers;
        }

        // A single dot asks for no search list at all.
        var search = process.DnsSearch is ["."] ? []
            : process.DnsSearch.Length > 0 ? process.DnsSearch
            : [.. Values(lines, "search").Concat(Values(lines, "domain")).Take(1)];
        var options = process.DnsOptions.Length > 0 ? process.DnsOptions : [.. Values(lines, "options")];

        if (byNames)
        {
            servers = [NameRedirect.Address];
            if (!options.Any(o => o.Contains("ndots:", StringComparison.Ordinal)))
                options = [.. options, "ndots:0"];
        }

        var text = new StringBuilder();
        foreach (var server in servers)
            text.Append("nameserver ").Append(server).Append('\n');
        if (search.Length > 0)
            text.Append("search ").AppendJoin(' ', search).Append('\n');
        if (options.Length > 0)
            text.Append("options ").AppendJoin(' ', options).Append('\n');
        return text.ToString();
    }

    private static IEnumerable<string> Values(string[] lines, string keyword) =>
        lines.Where(l => l.StartsWith(keyword, StringComparison.Ordinal) && l.Length > keyword.Length && char.IsWhiteSpace(l[keyword.Length]))
            .Select(l => l[keyword.Length..].Trim());

    private static bool IsReachable(string server) =>
        IPAddress.TryParse(server, out var address)
        && address.AddressFamily == AddressFamily.InterNetwork && !IPAddress.IsLoopback(address);
}
