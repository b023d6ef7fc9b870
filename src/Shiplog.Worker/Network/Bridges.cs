using System.Net;
using Shiplog.Contracts.Orders;
using Shiplog.Worker.Linux;

namespace Shiplog.Worker.Network;

/// <summary>
/// The host's bridges. Each is made when first needed, and again where somebody has deleted it; its translation rules are
/// applied once in the worker's life, not per container.
/// </summary>
internal sealed class Bridges(Firewall firewall, ILogger<Bridges> logger) : IDisposable
{
    private readonly NetlinkSocket _netlink = new();
    private readonly SemaphoreSlim _making = new(1, 1);
    private readonly HashSet<string> _made = [];

    /// <summary>Speaks to the kernel about the host's (that is, the worker's) namespace.</summary>
    public NetlinkSocket Netlink => _netlink;

    /// <summary>The bridge's interface index.</summary>
    public async ValueTask<int> EnsureAsync(AttachBridge network, CancellationToken cancellation)
    {
        if (_made.Contains(network.Bridge) && _netlink.FindLink(network.Bridge) is { } index)
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

    public void Dispose()
    {
        _netlink.Dispose();
        _making.Dispose();
    }

    private async Task<int> MakeAsync(AttachBridge network, CancellationToken cancellation)
    {
        var gateway = IPAddress.Parse(network.Gateway);
        var subnet = IPNetwork.Parse(network.Subnet);
        var made = _netlink.FindLink(network.Bridge) is null
            && _netlink.Ensure(LinkPlans.CreateBridge(network.Bridge, LinkPlans.MacOf(gateway), network.Mtu), network.Bridge);
        var index = _netlink.FindLink(network.Bridge) ?? throw new LinuxException(Errno.ENODEV, "rtnetlink", network.Bridge);
        _netlink.Ensure(LinkPlans.AddAddress(index, gateway, subnet.PrefixLength), $"{gateway} on {network.Bridge}");
        _netlink.Do(LinkPlans.SetUp(index), network.Bridge);
        // Without it nothing is passed from one interface to another (ip-sysctl).
        await File.WriteAllTextAsync("/proc/sys/net/ipv4/ip_forward", "1", cancellation);
        await firewall.AddNetworkAsync(network.Bridge, network.Subnet, cancellation);
        _made.Add(network.Bridge);
        if (made)
            logger.BridgeMade(network.Bridge, network.Gateway, network.Subnet);
        return index;
    }
}
