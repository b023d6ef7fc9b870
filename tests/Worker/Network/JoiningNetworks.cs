using Shiplog.Contracts.Orders;
using Shiplog.Worker.Tests.Harness;
using Shouldly;

namespace Shiplog.Worker.Tests.Network;

/// <summary>Networks of one's own, in a real kernel: bridges, rules, interfaces that come and go, and what a crash leaves.</summary>
public sealed class JoiningNetworks : IAsyncLifetime
{
    private WorkerHost _host = null!;

    public async ValueTask InitializeAsync() => _host = await WorkerHost.StartAsync();

    public async ValueTask DisposeAsync() => await _host.DisposeAsync();

    [Fact]
    public async Task A_container_in_two_networks_has_two_interfaces_and_one_way_out()
    {
        var order = In("a", 2, ["sh", "-c", "ip -4 addr; ip route; cat /etc/hosts"]) with { Further = [Place("b", 2, "eth1") with { Address = Address("b", 2) with { WithoutRoute = true } }] };
        var text = await _host.OutputAsync(order);
        text.ShouldContain("10.1.0.2/24");
        text.ShouldContain("10.2.0.2/24");
        text.Split("default via").Length.ShouldBe(2);
        text.ShouldContain("default via 10.1.0.1 dev eth0");
        text.ShouldContain("10.2.0.2\t");
        var batches = _host.Server.Batches.Where(b => b.CommandId == order.CommandId || b.Cause == "process-exit").ToList();
        batches[0].Reports.Select(r => r.GetType().Name).ShouldBe([
            "RootFsMountedReport", "BridgeAttachedReport", "IpAssignedReport", "BridgeAttachedReport", "IpAssignedReport", "ContainerStartedReport"]);
        batches[1].Reports.Select(r => r.GetType().Name).ShouldBe([
            "ContainerExitedReport", "IpReleasedReport", "BridgeDetachedReport", "IpReleasedReport", "BridgeDetachedReport", "RootFsUnmountedReport"]);
        // The kernel takes an ended namespace's links down a little later.
        await Eventually.Async(() => Ports() is []);
    }

    [Fact]
    public async Task Containers_of_one_network_reach_each_other_and_none_of_another()
    {
        await StartAsync(In("a", 2, ["sleep", "1000"]));
        await StartAsync(In("b", 2, ["sleep", "1000"]));
        (await _host.OutputAsync(In("a", 3, ["ping", "-c", "1", "-W", "5", "10.1.0.2"]))).ShouldContain("1 packets received");
        (await _host.OutputAsync(In("a", 4, ["ping", "-c", "1", "-W", "1", "10.2.0.2"]))).ShouldContain("0 packets received");
    }

    [Fact]
    public async Task Without_icc_containers_reach_the_bridge_and_not_each_other()
    {
        await StartAsync(In("a", 2, ["sleep", "1000"], b => b with { Isolated = true }));
        var text = await _host.OutputAsync(In("a", 3, ["sh", "-c", "ping -c 1 -W 5 10.1.0.1; ping -c 1 -W 1 10.1.0.2"], b => b with { Isolated = true }));
        text.ShouldContain("1 packets received");
        text.ShouldContain("0 packets received");
    }

    [Fact]
    public async Task An_internal_network_has_no_route_and_no_masquerade()
    {
        var order = In("a", 2, ["ip", "route"], b => b with { Internal = true });
        (await _host.OutputAsync(order with { Address = order.Address! with { WithoutRoute = true } })).ShouldNotContain("default");
        var rules = _host.Namespaces.Run("nft", "list", "table", "ip", _host.Instance.NftTable);
        rules.ShouldNotContain("masquerade");
        rules.ShouldContain("iifname \"br-a\" oifname != \"br-a\" drop");
    }

    [Fact]
    public async Task A_container_that_runs_joins_and_leaves()
    {
        var order = In("a", 2, ["sleep", "1000"]);
        await StartAsync(order);
        await DoneAsync(new ConnectNetwork("connect", order.ContainerId, Place("b", 7, "eth1") with { Address = Address("b", 7) with { WithoutRoute = true } }));
        Inside(order, "ip", "-4", "addr", "show", "eth1").ShouldContain("10.2.0.7/24");
        Inside(order, "ip", "route").ShouldContain("default via 10.1.0.1");
        var joined = _host.Server.Batches.Single(b => b.CommandId == "connect");
        joined.Reports.Select(r => r.GetType().Name).ShouldBe(["BridgeAttachedReport", "IpAssignedReport", "NetworkConnectedReport"]);

        await DoneAsync(new DisconnectNetwork("disconnect", order.ContainerId, "a", RouteBy: "b"));
        Inside(order, "ip", "route").ShouldContain("default via 10.2.0.1 dev eth1");
        Ports().ShouldBe([Place("b", 7, "eth1").Bridge.HostInterface]);
        await DoneAsync(new DisconnectNetwork("last", order.ContainerId, "b", null));
        await DoneAsync(new ConnectNetwork("back", order.ContainerId, Place("a", 8, "eth0")));
        Inside(order, "ip", "-4", "addr", "show", "eth0").ShouldContain("10.1.0.8/24");
        await EndAsync(order);
        _host.Server.Batches.Single(b => b.Cause == "process-exit").Reports.OfType<IpReleasedReport>().Select(r => r.Address).ShouldBe(["10.1.0.8"]);
        // The kernel takes an ended namespace's links down a little later.
        await Eventually.Async(() => Ports() is []);
    }

    [Fact]
    public async Task What_a_running_container_joined_is_kept_over_a_crash_of_the_worker()
    {
        var order = In("a", 2, ["sleep", "1000"]);
        await StartAsync(order);
        await DoneAsync(new ConnectNetwork("connect", order.ContainerId, Place("b", 7, "eth1") with { Address = Address("b", 7) with { WithoutRoute = true } }));
        await _host.KillWorkerAsync();
        await _host.StartWorkerAsync();
        Inside(order, "ip", "-4", "addr", "show", "eth1").ShouldContain("10.2.0.7/24");
        _host.Server.Reports.OfType<HostReconciledReport>().ShouldBeEmpty();
        // The rules of a network that the new life has not touched yet come back with those of any other.
        await StartAsync(In("c", 2, ["true"]));
        var rules = _host.Namespaces.Run("nft", "list", "table", "ip", _host.Instance.NftTable);
        foreach (var subnet in (string[])["10.1.0.0/24", "10.2.0.0/24", "10.3.0.0/24"])
            rules.ShouldContain($"ip saddr {subnet}");
        await EndAsync(order);
        _host.Server.Reports.OfType<IpReleasedReport>().Where(r => r.ContainerId == order.ContainerId).Select(r => r.Address).ShouldBe(["10.2.0.7", "10.1.0.2"]);
    }

    [Fact]
    public async Task A_guest_is_in_anothers_network_until_that_ends_also_over_a_crash_of_the_worker()
    {
        var owner = In("a", 2, ["sleep", "1000"]);
        await StartAsync(owner);
        var guest = GuestOf(owner, ["sh", "-c", "ip -o -4 addr; while ip link show eth0; do sleep 0.1; done; echo alone; sleep 1000"]);
        await StartAsync(guest);
        await StartAsync(GuestOf(guest, ["sleep", "1000"]));
        await _host.KillWorkerAsync();
        await _host.StartWorkerAsync();
        await EndAsync(owner);
        await Eventually.Async(() => File.ReadAllText(_host.Paths(guest.ContainerId).Log).Contains("alone"));
        File.ReadAllText(_host.Paths(guest.ContainerId).Log).ShouldContain("10.1.0.2/24");
        Ports().ShouldBeEmpty();
        (await _host.OutputAsync(In("a", 2, ["ip", "-o", "-4", "addr"]))).ShouldContain("10.1.0.2/24");
        (await _host.Server.SendAsync(GuestOf(owner, ["true"]))).Failure!
            .ShouldBe(new OrderFailure("JoinNetwork", FailureKind.Conflict, $"cannot join network of a non running container: {owner.ContainerId}", 128));
    }

    [Fact]
    public async Task A_network_that_is_removed_leaves_neither_bridge_nor_rule()
    {
        var order = In("a", 2, ["sleep", "1000"]);
        await StartAsync(order);
        var refused = await _host.Server.SendAsync(new RemoveNetwork("early", "a", "br-a"));
        refused.Failure!.Kind.ShouldBe(FailureKind.Conflict);
        await EndAsync(order);
        await DoneAsync(new RemoveNetwork("remove", "a", "br-a"));
        _host.Namespaces.Run("ip", "link").ShouldNotContain("br-a");
        _host.Namespaces.Run("nft", "list", "table", "ip", _host.Instance.NftTable).ShouldNotContain("br-a");
        // One that nobody has ever joined, and one that is gone already.
        await DoneAsync(new RemoveNetwork("never", "z", "br-z"));
        await DoneAsync(new RemoveNetwork("again", "a", "br-a"));
    }

    [Fact]
    public async Task A_bridge_of_somebody_elses_is_left_alone()
    {
        _host.Namespaces.Run("ip", "link", "add", "br-a", "type", "bridge");
        var outcome = await _host.Server.SendAsync(In("a", 2, ["true"]));
        outcome.Failure!.Error.ShouldContain("an interface br-a exists, which is not Shiplog's");
        await DoneAsync(new RemoveNetwork("remove", "a", "br-a"));
        _host.Namespaces.Run("ip", "link").ShouldContain("br-a");
    }

    [Fact]
    public async Task A_container_that_does_not_run_cannot_join() =>
        (await _host.Server.SendAsync(new ConnectNetwork("connect", "nobody", Place("a", 2, "eth0")))).Failure!.Kind.ShouldBe(FailureKind.Conflict);

    private static string Number(string network) => $"{network[0] - 'a' + 1}";

    private static AssignIp Address(string network, int host) => new(network, $"10.{Number(network)}.0.{host}", 24, $"10.{Number(network)}.0.1");

    private static NetworkPlace Place(string network, int host, string name) => new(
        new(network, network, "br-" + network, $"10.{Number(network)}.0.0/24", $"10.{Number(network)}.0.1", $"v{network}{host}{name}", name, $"02:42:0a:0{Number(network)}:00:{host:x2}", 1500),
        Address(network, host));

    private StartContainer In(string network, int host, string[] args, Func<AttachBridge, AttachBridge>? change = null)
    {
        var place = Place(network, host, "eth0");
        return _host.None(args) with { Network = NetworkMode.Bridge, Bridge = change?.Invoke(place.Bridge) ?? place.Bridge, Address = place.Address };
    }

    private StartContainer GuestOf(StartContainer owner, string[] args) => _host.None(args) with { Network = NetworkMode.Shared, NetworkOf = owner.ContainerId };

    private async Task StartAsync(StartContainer order) => (await _host.Server.SendAsync(order)).Failure.ShouldBeNull();

    private async Task DoneAsync(Order order) => (await _host.Server.SendAsync(order)).Failure.ShouldBeNull();

    private async Task EndAsync(StartContainer order)
    {
        await DoneAsync(new KillContainer("kill-" + order.ContainerId, order.ContainerId, "KILL"));
        await _host.Server.ReceivedAsync<ContainerExitedReport>(r => r.ContainerId == order.ContainerId);
    }

    private string Inside(StartContainer order, string program, params string[] arguments) =>
        _host.Namespaces.Run("nsenter", ["--net=" + _host.Paths(order.ContainerId).NetworkNamespace, program, .. arguments]);

    /// <summary>The host's ends of veth pairs.</summary>
    private string[] Ports() =>
        [.. _host.Namespaces.Run("ip", "-o", "link", "show", "type", "veth").Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(l => l.Split(' ')[1].Split('@')[0])];
}
