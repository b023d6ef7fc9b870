using System.Collections.Concurrent;
using System.Net;
using Shiplog.Contracts;
using Shiplog.Contracts.Orders;
using Shiplog.Worker.Linux;
using Shiplog.Worker.Orders;

namespace Shiplog.Worker.Network;

/// <summary>
/// The host's bridges. Each is made when first needed, and again where somebody has deleted it; its rules are the
/// firewall's, and not touched per container.
/// </summary>
internal sealed class Bridges(Instance instance, Firewall firewall, ILogger<Bridges> logger) : IDisposable
{
    private readonly NetlinkSocket _netlink = new();
    private readonly SemaphoreSlim _making = new(1, 1);
    private readonly ConcurrentDictionary<string, string> _made = [];
    private Dictionary<string, NetworkRecord>? _known;

    /// <summary>Speaks to the kernel about the host's (that is, the worker's) namespace.</summary>
    public NetlinkSocket Netlink => _netlink;

    /// <summary>The names of all bridges that are, or were, this instance's.</summary>
    public IReadOnlyCollection<string> Names => [.. NetworkRecord.LoadAll(instance).Select(r => r.Bridge).Append(instance.Bridge).Distinct()];

    /// <summary>The networks whose bridges are there.</summary>
    public IEnumerable<NetworkRecord> Present => NetworkRecord.LoadAll(instance).Where(r => _netlink.FindLink(r.Bridge) is not null);

    /// <summary>The bridge's interface index.</summary>
    public async ValueTask<int> EnsureAsync(AttachBridge network, CancellationToken cancellation)
    {
        if (_made.GetValueOrDefault(network.Bridge) == network.NetworkId && _netlink.FindLink(network.Bridge) is { } index)
            return index;
        await _making.WaitAsync(cancellation);
        try
        {
            return await MakeAsync(network, cancellation);
        }
        finally
        {
            _making.Release();
        }
    }

    /// <summary>Takes a network's bridge and its rules away; one that is not there is no error.</summary>
    /// <exception cref="OrderException">Something is on the bridge.</exception>
    public async Task RemoveAsync(string networkId, string bridge, CancellationToken cancellation)
    {
        await _making.WaitAsync(cancellation);
        try
        {
            var known = Known();
            // Of a network that nobody has ever joined there is nothing here; by its name another one may have a bridge.
            if (!known.TryGetValue(bridge, out var record) || record.NetworkId != networkId)
                return;
            if (_netlink.FindLink(bridge) is { } index && _netlink.Ports(index) is [var port, ..])
                throw new OrderException(new OrderFailure("RemoveNetwork", FailureKind.Conflict, $"bridge {bridge} is in use by {port}: disconnect it first"));
            _netlink.DeleteLink(bridge);
            _made.TryRemove(bridge, out _);
            known.Remove(bridge);
            await firewall.RemoveNetworkAsync(bridge, cancellation);
            // Last: as long as it is there, whatever else is left can be found.
            NetworkRecord.Delete(instance, bridge);
        }
        finally
        {
            _making.Release();
        }
    }

    public void Dispose()
    {
        _netlink.Dispose();
        _making.Dispose();
    }

    private Dictionary<string, NetworkRecord> Known() => _known ??= NetworkRecord.LoadAll(instance).ToDictionary(r => r.Bridge);

    private async Task<int> MakeAsync(AttachBridge network, CancellationToken cancellation)
    {
        var (known, record) = (Known(), NetworkRecord.Of(network));
        if (known.TryGetValue(network.Bridge, out var present) && present.NetworkId != network.NetworkId && network.Bridge != instance.Bridge)
            throw new OrderException(new OrderFailure("AttachBridge", FailureKind.Conflict, $"bridge {network.Bridge} is that of network {present.NetworkId}", 128));
        if (present is null && network.Bridge != instance.Bridge && _netlink.FindLink(network.Bridge) is not null)
        {
            throw new OrderException(new OrderFailure(
                "AttachBridge", FailureKind.Conflict, $"an interface {network.Bridge} exists, which is not Shiplog's: choose another name for the network's bridge", 128));
        }
        if (present != record)
        {
            record.Save(instance);
            known[network.Bridge] = record;
        }
        var gateway = IPAddress.Parse(network.Gateway);
        var subnet = IPNetwork.Parse(network.Subnet);
        var made = _netlink.FindLink(network.Bridge) is null
            && _netlink.Ensure(LinkPlans.CreateBridge(network.Bridge, LinkPlans.MacOf(gateway), network.Mtu), network.Bridge);
        var index = _netlink.FindLink(network.Bridge) ?? throw new LinuxException(Errno.ENODEV, "rtnetlink", network.Bridge);
        _netlink.Ensure(LinkPlans.AddAddress(index, gateway, subnet.PrefixLength), $"{gateway} on {network.Bridge}");
        _netlink.Do(LinkPlans.SetUp(index), network.Bridge);
        // Without it nothing is passed from one interface to another (ip-sysctl).
        await File.WriteAllTextAsync("/proc/sys/net/ipv4/ip_forward", "1", cancellation);
        await firewall.AddNetworkAsync(record, cancellation);
        _made[network.Bridge] = network.NetworkId;
        if (made)
            logger.BridgeMade(network.Bridge, network.Gateway, network.Subnet);
        return index;
    }
}
