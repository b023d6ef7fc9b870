using Shiplog.Contracts.Orders;
using Shiplog.Worker.Facts;
using Shiplog.Worker.Lifecycle;
using Shiplog.Worker.Linux;
using Shiplog.Worker.Network;

namespace Shiplog.Worker.Reconcile;

/// <summary>
/// Makes a bridge again that somebody has deleted while containers were on it, and puts their interfaces back on it: they keep address
/// and connections. Those without containers are made when the next one joins. Nothing is polled: the kernel tells.
/// </summary>
internal sealed class BridgeWatch(
    Bridges bridges, Lifecycle.Containers containers, FactDelivery facts, TimeProvider time, ILogger<BridgeWatch> logger) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var changes = new LinkChanges();
        // Whatever went while nobody listened.
        await LookAsync(static _ => true, stoppingToken);
        await foreach (var name in changes.DeletedAsync(stoppingToken))
            await LookAsync(place => name == LinkChanges.Anything || place.Bridge == name, stoppingToken);
    }

    private async Task LookAsync(Func<AttachBridge, bool> isMeant, CancellationToken cancellation)
    {
        var (found, repaired) = (new List<string>(), new List<string>());
        var places = containers.Running.SelectMany(run => run.Record.Order.Places().Select(place => (place.Bridge, run.Record.Order.Ports)));
        foreach (var bridge in places.Where(place => isMeant(place.Bridge)).GroupBy(place => place.Bridge.Bridge))
        {
            try
            {
                if (bridges.Netlink.FindLink(bridge.Key) is not null)
                    continue;
                found.Add($"bridge {bridge.Key} was gone");
                var index = await bridges.EnsureAsync(bridge.First().Bridge, cancellation);
                foreach (var (place, ports) in bridge)
                    await PutBackAsync(place, index, ports?.HostInterface == place.HostInterface, cancellation);
                repaired.Add($"bridge {bridge.Key}: made again, with the interfaces of {bridge.Count()} containers");
                logger.BridgePutBack(bridge.Key, bridge.Count());
            }
            catch (Exception e) when (e is IOException or Orders.OrderException)
            {
                repaired.Add($"bridge {bridge.Key}: not put right: {e.Message}");
                logger.BridgeBroken(bridge.Key, e);
            }
        }
        if (found.Count > 0)
            _ = facts.Report(HostFacts.Lane, null, "reconcile", [new HostReconciledReport([.. found], [.. repaired], time.GetUtcNow())], null);
    }

    // One that is not there is that of a container which is just ending.
    private async Task PutBackAsync(AttachBridge place, int bridge, bool isPublished, CancellationToken cancellation)
    {
        if (bridges.Netlink.FindLink(place.HostInterface) is not { } port)
            return;
        bridges.Netlink.Do(LinkPlans.SetMaster(port, bridge), place.HostInterface);
        if (place.Isolated)
            bridges.Netlink.Do(LinkPlans.IsolatePort(port), place.HostInterface);
        if (isPublished)
            await PublishPortsStep.OpenWayAsync(bridges.Netlink, place.Bridge, port, place.HostInterface, cancellation);
    }
}
