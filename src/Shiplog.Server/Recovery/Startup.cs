using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;
using System.Reflection;
using System.Security.Cryptography;
using Shiplog.Contracts;
using Shiplog.Domain.Hosts;
using Shiplog.Domain.Networks;
using Shiplog.Server.Store;

namespace Shiplog.Server.Recovery;

/// <summary>What is recorded once when a server starts: the default networks where they are missing, and that it started.</summary>
internal sealed class Startup(IEventLog log, OpenCommands open, Instance instance, HostName host, TimeProvider time)
{
    /// <summary>This server's version.</summary>
    public static string Version { get; } = typeof(Startup).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0] ?? "0";

    /// <exception cref="StoreAwayException">PostgreSQL does not answer.</exception>
    public async Task RecordAsync(CancellationToken cancellation)
    {
        var now = time.GetUtcNow();
        var networks = DefaultNetworks.Decide(
            [.. await log.ListNetworksAsync(cancellation)], instance.Settings.Bip, instance.Bridge, Taken(),
            () => Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(32)), now);
        var started = new ServerStarted(host.Value, Version, await open.CountAsync(cancellation), now);
        var id = Guid.CreateVersion7(now).ToString();
        await log.AppendAsync(
            [.. networks.Select(n => (Streams.Network(n.NetworkId), (object)n)), (Streams.Host(host.Value), started)],
            new CommandContext(id, "system", "server-start", id), cancellation);
    }

    private IPNetwork[] Taken() =>
        [.. from card in NetworkInterface.GetAllNetworkInterfaces()
            where card.Name != instance.Bridge
            from address in card.GetIPProperties().UnicastAddresses
            where address.Address.AddressFamily == AddressFamily.InterNetwork
            select Network(address.Address, address.PrefixLength)];

    private static IPNetwork Network(IPAddress address, int prefix)
    {
        var bytes = address.GetAddressBytes();
        for (var bit = prefix; bit < 32; bit++)
            bytes[bit / 8] &= (byte)~(0x80 >> (bit % 8));
        return new IPNetwork(new IPAddress(bytes), prefix);
    }
}
