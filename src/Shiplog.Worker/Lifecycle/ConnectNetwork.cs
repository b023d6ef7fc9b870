using System.Diagnostics;
using Shiplog.Contracts;
using Shiplog.Contracts.Orders;
using Shiplog.Worker.Network;
using Shiplog.Worker.Orders;

namespace Shiplog.Worker.Lifecycle;

/// <summary>
/// Gives a container that runs a place in a network, or takes it away. The journal has the place as if the container had been
/// started with it, so that its end undoes it and a restart makes it again. Everything here needs the container's turn.
/// </summary>
internal sealed class NetworkConnector(
    Instance instance, Containers containers, ContainerLinks links, NameServer names, TimeProvider time)
{
    public async Task<OrderResult> ConnectAsync(ConnectNetwork order)
    {
        var run = Running(order.ContainerId, "ConnectNetwork");
        var place = order.Place;
        // Noted by an earlier life that came no further, or whose report was lost: done again from the beginning.
        if (run.Record.Order.PlaceIn(place.Bridge.NetworkId) is not null)
            links.Detach(place.Bridge);
        var before = run.Record.Order.Without(place.Bridge.NetworkId);
        Note(run, before.With(place));
        var reports = new List<Report>();
        try
        {
            using var network = NetworkNamespace.Open(run.Paths.NetworkNamespace);
            var began = Stopwatch.GetTimestamp();
            await links.AttachAsync(place.Bridge, () => network, CancellationToken.None);
            reports.Add(AttachBridgeStep.Attached(run.Paths, place.Bridge, began, time));
            began = Stopwatch.GetTimestamp();
            ContainerLinks.Assign(network.Netlink, place.Bridge.ContainerInterface, place.Address);
            await names.AddAsync(run.Record.Order, [place]);
            await NameRedirect.ApplyAsync(run.Paths, run.Record.Order);
            ResolveByNames(run);
            reports.Add(AssignIpStep.Assigned(run.Paths, place.Address, began, time));
        }
        catch (Exception e)
        {
            await names.RemoveAsync(run.Paths.Id, place.Bridge.Bridge);
            links.Detach(place.Bridge);
            Note(run, before);
            if (reports is not [])
                reports.Add(AttachBridgeStep.Detached(run.Paths, place.Bridge, time));
            throw new OrderException(
                (e as OrderException)?.Failure ?? new OrderFailure("ConnectNetwork", FailureKind.Internal, e.Message), [.. reports], e);
        }

        return new OrderResult([.. reports, new NetworkConnectedReport(run.Paths.Id, place.Bridge.NetworkId, time.GetUtcNow())]);
    }

    public async Task<OrderResult> DisconnectAsync(DisconnectNetwork order)
    {
        var run = Running(order.ContainerId, "DisconnectNetwork");
        var done = new NetworkDisconnectedReport(run.Paths.Id, order.NetworkId, time.GetUtcNow());
        if (run.Record.Order.PlaceIn(order.NetworkId) is not { } place)
            return new OrderResult([done]);
        var left = run.Record.Order.Without(order.NetworkId);
        await names.RemoveAsync(run.Paths.Id, place.Bridge.Bridge);
        links.Detach(place.Bridge);
        await NameRedirect.ApplyAsync(run.Paths, left);
        if (order.RouteBy is { } routeBy && left.PlaceIn(routeBy) is { } next)
        {
            using var network = NetworkNamespace.Open(run.Paths.NetworkNamespace);
            next = next with { Address = next.Address with { WithoutRoute = false } };
            ContainerLinks.Route(network.Netlink, next.Bridge.ContainerInterface, next.Address);
            left = left.Replace(next);
        }

        Report[] reports = [AssignIpStep.Released(run.Paths, place.Address, time), AttachBridgeStep.Detached(run.Paths, place.Bridge, time), done];
        // Only then is the place forgotten: until it is reported, the container's end would have to.
        return new OrderResult(reports, () => Note(run, left));
    }

    /// <summary>A container that was in no network with names had the host's servers; the file is mounted in it, so it is written in place.</summary>
    private void ResolveByNames(Run run)
    {
        var path = Path.Combine(run.Paths.Folder, "resolv.conf");
        if (run.Record.Order.Places().All(p => p.Bridge.Names is null) || File.ReadAllText(path).Contains($"nameserver {NameRedirect.Address}\n", StringComparison.Ordinal))
            return;
        File.WriteAllText(path, EtcFiles.ResolvConf(run.Record.Order, instance.Settings.Dns));
    }

    private static void Note(Run run, StartContainer order)
    {
        run.Record = run.Record with { Order = order };
        run.Record.Save(run.Paths.State, durable: false);
    }

    private Run Running(string id, string step) =>
        containers.Find(id) ?? throw new OrderException(new OrderFailure(step, FailureKind.Conflict, $"container {id} is not running"));
}

/// <summary>A start order's places in networks: the first one in its own members, the others behind it.</summary>
internal static class NetworkPlaces
{
    public static IEnumerable<NetworkPlace> Places(this StartContainer order) =>
        (order is { Bridge: { } bridge, Address: { } address } ? [new NetworkPlace(bridge, address)] : Array.Empty<NetworkPlace>()).Concat(order.Further ?? []);

    public static NetworkPlace? PlaceIn(this StartContainer order, string networkId) => order.Places().FirstOrDefault(p => p.Bridge.NetworkId == networkId);

    public static StartContainer With(this StartContainer order, NetworkPlace place) => order.Of([.. order.Places(), place]);

    public static StartContainer Without(this StartContainer order, string networkId) =>
        order.Of([.. order.Places().Where(p => p.Bridge.NetworkId != networkId)]);

    public static StartContainer Replace(this StartContainer order, NetworkPlace place) =>
        order.Of([.. order.Places().Select(p => p.Bridge.NetworkId == place.Bridge.NetworkId ? place : p)]);

    private static StartContainer Of(this StartContainer order, NetworkPlace[] places) => order with
    {
        Network = places is [] ? NetworkMode.None : NetworkMode.Bridge,
        Bridge = places.FirstOrDefault()?.Bridge,
        Address = places.FirstOrDefault()?.Address,
        Further = places is [_, _, ..] ? places[1..] : null,
    };
}
