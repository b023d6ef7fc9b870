using Shiplog.Contracts;
using Shiplog.Contracts.Orders;
using Shiplog.Worker.Linux;

namespace Shiplog.Worker.Network;

/// <summary>
/// The one table of the packet filter that is ours: what translates networks' addresses, and the published ports. It is kept
/// here and written whole, in one transaction of nft; a port that comes or goes changes an element of a map.
/// </summary>
internal sealed class Firewall(Instance instance) : IDisposable
{
    private readonly SemaphoreSlim _turn = new(1, 1);
    private readonly Dictionary<string, NetworkRecord> _networks = [];
    private readonly Dictionary<string, PortForward[]> _ports = [];

    private readonly NetlinkSocket _netlink = new(Interop.NETLINK_NETFILTER);

    // The kernel has what is here.
    private bool _written;

    private RuleChain[] Chains => NatRules.Chains([.. _networks.Values.OrderBy(n => n.Bridge, StringComparer.Ordinal)]);

    private PortForward[] Ports => [.. _ports.Values.SelectMany(p => p)];

    /// <summary>What the kernel is to have, from what an earlier life of the worker left: before <see cref="RecoverAsync"/>.</summary>
    public void TakeUp(NetworkRecord network) => _networks[network.Bridge] = network;

    /// <inheritdoc cref="TakeUp(NetworkRecord)"/>
    public void TakeUp(string container, PublishPorts ports) => _ports[container] = [.. PortForward.Of(ports)];

    /// <summary>The network has its way out, and is kept apart from the others.</summary>
    public Task AddNetworkAsync(NetworkRecord network, CancellationToken cancellation) => InTurnAsync(async () =>
    {
        if (_written && _networks.GetValueOrDefault(network.Bridge) == network)
            return;
        _networks[network.Bridge] = network;
        await WriteAsync(cancellation);
    }, cancellation);

    /// <summary>There is no such network any more.</summary>
    public Task RemoveNetworkAsync(string bridge, CancellationToken cancellation) => InTurnAsync(async () =>
    {
        if (_networks.Remove(bridge))
            await WriteAsync(cancellation);
    }, cancellation);

    /// <summary>From here on the container is reached at these ports.</summary>
    public Task PublishAsync(string container, PublishPorts ports, CancellationToken cancellation) => InTurnAsync(async () =>
    {
        PortForward[] forwards = [.. PortForward.Of(ports)];
        _ports[container] = forwards;
        // Where somebody has flushed the table there is nothing to add to.
        if (!_written || !Try(ElementPlans.Add(instance.NftTable, forwards)))
            await WriteAsync(cancellation);
    }, cancellation);

    /// <summary>The container is reached at no port any more; nothing happens where it was not.</summary>
    public Task UnpublishAsync(string container, CancellationToken cancellation) => InTurnAsync(async () =>
    {
        if (_ports.Remove(container, out var forwards) && _written && !Try(ElementPlans.Delete(instance.NftTable, forwards)))
            await WriteAsync(cancellation);
    }, cancellation);

    /// <summary>Compares with what the kernel has and puts it right.</summary>
    /// <returns>What was wrong; nothing where all was well.</returns>
    public async Task<string[]> RecoverAsync(CancellationToken cancellation)
    {
        string[] wrong = [];
        await InTurnAsync(async () =>
        {
            var nft = await Child.RunAsync(Programs.Find("nft"), ["--json", "--numeric-protocol", "list", "table", "ip", instance.NftTable], cancellation);
            var kernel = nft.ExitCode == 0 ? FirewallListing.Parse(nft.Output) : FirewallListing.Nothing;
            wrong = _networks.Count == 0 && kernel.Ports.Count == 0 ? [] : [.. kernel.Differences(instance.NftTable, Chains, Ports)];
            if (wrong.Length > 0)
                await WriteAsync(cancellation);
            else
                _written = _networks.Count > 0;
        }, cancellation);
        return wrong;
    }

    public void Dispose()
    {
        _netlink.Dispose();
        _turn.Dispose();
    }

    /// <summary>Changes what is there; false where that is not as it was left.</summary>
    private bool Try(NetlinkMessage[] changes)
    {
        try
        {
            _netlink.DoAll(ElementPlans.Begin(), changes, ElementPlans.End(), instance.NftTable);
            return true;
        }
        catch (LinuxException)
        {
            return false;
        }
    }

    private async Task WriteAsync(CancellationToken cancellation)
    {
        var rules = Path.Combine(instance.RunFolder, "nat.nft");
        await File.WriteAllTextAsync(rules, NatRules.Table(instance.NftTable, Chains, Ports), cancellation);
        _written = false;
        var nft = await Child.RunAsync(Programs.Find("nft"), ["-f", rules], cancellation);
        if (nft.ExitCode != 0)
            throw new InvalidOperationException($"nft refused {rules}: {nft.Output.Trim()}");
        _written = true;
    }

    private async Task InTurnAsync(Func<Task> work, CancellationToken cancellation)
    {
        await _turn.WaitAsync(cancellation);
        try
        {
            await work();
        }
        finally
        {
            _turn.Release();
        }
    }
}
