using System.CommandLine;
using System.Net;
using System.Text.RegularExpressions;
using Shiplog.Contracts.Views;

namespace Shiplog.Cli;

/// <summary><c>docker shiplog who 172.17.0.3 --at '2026-11-17 14:03'</c>, <c>docker shiplog who 8080/tcp</c></summary>
internal static partial class WhoHad
{
    public static Command Command(TextWriter output)
    {
        var address = new Argument<string>("ADDRESS") { Description = "IP address, MAC as 02:42:ac:11:00:02, or port of the host as 8080, 53/udp, 127.0.0.1:8080" };
        var at = new Option<string?>("--at") { Description = "At this time, as '2026-11-17 14:03'; without it, all who ever had it" };
        var command = new Command("who", "Tell which container has, or had, an address or a port of the host") { address, at };
        command.SetAction(async (parsed, cancellation) =>
        {
            var wanted = parsed.GetValue(address)!;
            var time = Text.ParseTimeOrNone(parsed.GetValue(at));
            using var engine = Commands.EngineOf(parsed);
            var found = PortQuery(wanted, time) is { } port
                ? Write(output, await engine.PortLeasesAsync(port, cancellation))
                : Write(output, await engine.LeasesAsync(Query(wanted, time), cancellation));
            if (!found)
                throw new CliException($"no container {(time is { } when ? $"had {wanted} at {Text.Time(when)}" : $"ever had {wanted}")}");
        });
        return command;
    }

    /// <exception cref="CliException">It is no address.</exception>
    internal static string Query(string address, DateTimeOffset? at)
    {
        // "1.2" is an address to the parser, and means 1.0.0.2.
        return At(IPAddress.TryParse(address, out var ip) && (address.Contains(':') || ip.ToString() == address) ? "address=" + Uri.EscapeDataString(address)
            : address.Split(':') is { Length: 6 } parts && parts.All(p => p.Length == 2 && p.All(char.IsAsciiHexDigit)) ? "mac=" + Uri.EscapeDataString(address)
            : throw new CliException($"\"{address}\" is neither an IP address, a MAC address (02:42:ac:11:00:02) nor a port (8080, 53/udp, 127.0.0.1:8080)"), at);
    }

    /// <summary><see langword="null"/> where it is no port of a host.</summary>
    internal static string? PortQuery(string text, DateTimeOffset? at)
    {
        if (PortPattern().Match(text) is not { Success: true } match || !ushort.TryParse(match.Groups["port"].Value, out var port) || port == 0)
            return null;
        var (address, protocol) = (match.Groups["address"].Value, match.Groups["protocol"].Value);
        return At($"port={port}{(protocol is "" ? "" : "&protocol=" + protocol)}{(address is "" ? "" : "&address=" + address)}", at);
    }

    private static string At(string query, DateTimeOffset? at) => query + Engine.At(at);

    [GeneratedRegex(@"^((?<address>[0-9]+(\.[0-9]+){3})?:)?(?<port>[0-9]{1,5})(/(?<protocol>tcp|udp|sctp))?\z")]
    private static partial Regex PortPattern();

    /// <returns>Whether there was one.</returns>
    internal static bool Write(TextWriter output, PortLeaseView[] leases) => WriteAny(output, leases.Length,
    [
        ["PORT", "CONTAINER", "ID", "CONTAINER'S PORT", "IMAGE", "BY", "FROM", "UNTIL", "HOST"],
        .. leases.Select(l => (string[])[
            $"{l.HostIp}:{l.HostPort}/{l.Protocol}", l.Container, Text.Short(l.ContainerId), $"{l.ContainerPort}/{l.Protocol}", l.Image, l.Actor,
            Text.Time(l.From), l.Until is { } until ? Text.Time(until) : "now", l.Host]),
    ]);

    private static bool WriteAny(TextWriter output, int count, string[][] table)
    {
        if (count > 0)
            Text.WriteTable(output, table);
        return count > 0;
    }

    /// <returns>Whether there was one.</returns>
    internal static bool Write(TextWriter output, AddressLeaseView[] leases) => WriteAny(output, leases.Length,
    [
        ["ADDRESS", "CONTAINER", "ID", "IMAGE", "BY", "FROM", "UNTIL", "NETWORK", "MAC"],
        .. leases.Select(l => (string[])[
            l.Address, l.Container, Text.Short(l.ContainerId), l.Image, l.Actor, Text.Time(l.From),
            l.Until is { } until ? Text.Time(until) : "now", l.Network ?? Text.Short(l.NetworkId), l.MacAddress]),
    ]);
}
