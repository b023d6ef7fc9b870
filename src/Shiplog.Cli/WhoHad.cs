using System.CommandLine;
using System.Net;
using Shiplog.Contracts.Views;

namespace Shiplog.Cli;

/// <summary><c>docker shiplog who 172.17.0.3 --at '2026-11-17 14:03'</c></summary>
internal static class WhoHad
{
    public static Command Command(TextWriter output)
    {
        var address = new Argument<string>("ADDRESS") { Description = "IP address, or MAC as 02:42:ac:11:00:02" };
        var at = new Option<string?>("--at") { Description = "At this time, as '2026-11-17 14:03'; without it, all who ever had it" };
        var command = new Command("who", "Tell which container has, or had, an address") { address, at };
        command.SetAction(async (parsed, cancellation) =>
        {
            var wanted = parsed.GetValue(address)!;
            var time = parsed.GetValue(at) is { } text ? Text.ParseTime(text) : (DateTimeOffset?)null;
            using var engine = Commands.EngineOf(parsed);
            var leases = await engine.LeasesAsync(Query(wanted, time), cancellation);
            if (leases is [])
                throw new CliException($"no container {(time is { } when ? $"had {wanted} at {Text.Time(when)}" : $"ever had {wanted}")}");
            Write(output, leases);
        });
        return command;
    }

    /// <exception cref="CliException">It is no address.</exception>
    internal static string Query(string address, DateTimeOffset? at)
    {
        // "1.2" is an address to the parser, and means 1.0.0.2.
        var query = IPAddress.TryParse(address, out var ip) && (address.Contains(':') || ip.ToString() == address) ? "address=" + Uri.EscapeDataString(address)
            : address.Split(':') is { Length: 6 } parts && parts.All(p => p.Length == 2 && p.All(char.IsAsciiHexDigit)) ? "mac=" + Uri.EscapeDataString(address)
            : throw new CliException($"\"{address}\" is neither an IP address nor a MAC address (02:42:ac:11:00:02)");
        return at is { } time ? $"{query}&at={Uri.EscapeDataString(time.ToString("O"))}" : query;
    }

    internal static void Write(TextWriter output, AddressLeaseView[] leases) => Text.WriteTable(output,
    [
        ["ADDRESS", "CONTAINER", "ID", "IMAGE", "BY", "FROM", "UNTIL", "NETWORK", "MAC"],
        .. leases.Select(l => (string[])[
            l.Address, l.Container, Text.Short(l.ContainerId), l.Image, l.Actor, Text.Time(l.From),
            l.Until is { } until ? Text.Time(until) : "now", l.Network ?? Text.Short(l.NetworkId), l.MacAddress]),
    ]);
}
