using Shiplog.Contracts.Orders;
using Shiplog.Domain.Commands;
using Shiplog.Domain.Containers;
using Shiplog.Domain.Networks;
using Shouldly;
using Xunit;
using AssignIp = Shiplog.Domain.Networks.AssignIp;
using ConnectNetwork = Shiplog.Domain.Containers.ConnectNetwork;
using DisconnectNetwork = Shiplog.Domain.Containers.DisconnectNetwork;

namespace Shiplog.Domain.Tests.Networks;

public sealed class BeingInSeveralNetworks
{
    private static readonly Network Bridge = new() { Id = "b", Name = "bridge", Driver = "bridge", Subnet = "172.17.0.0/16", Gateway = "172.17.0.1", Bridge = "shiplog0" };

    private static readonly Network Back = new() { Id = "x", Name = "back", Driver = "bridge", Subnet = "10.9.0.0/24", Gateway = "10.9.0.1", Bridge = "br-x", SubnetGiven = true };

    private static readonly NetworkAttachment InBack = new("x", "back") { Aliases = ["web"] };

    /// <summary>On the default network.</summary>
    private static Container Running => Given.Container(
        new ContainerStartRequested(Given.ContainerId, "start", Place(Bridge), Given.Now),
        new BridgeAttached(Given.ContainerId, "b", "shiplog0", "veth0", "eth0", "", "/netns", 1, Given.Now),
        new IpAssigned(Given.ContainerId, "b", "172.17.0.2", 16, "172.17.0.1", 1, Given.Now),
        new ContainerStarted(Given.ContainerId, "start", 42, "crun", 1, Given.Now));

    private static NetworkEndpoint Place(Network network, string name = "eth0") =>
        AssignIp.Choose(network, Given.ContainerId, new NetworkAttachment(network.Id, network.Name), name, [], Given.Now)!;

    private static Decision Connect(Container container, NetworkEndpoint? endpoint = null, NetworkAttachment? attachment = null, Network? network = null) =>
        ConnectNetwork.Decide(new ConnectNetwork("connect", "back", attachment ?? InBack), container, network ?? Back, Bridge, endpoint, Given.Now);

    private static Decision Disconnect(Container container, Network network) =>
        DisconnectNetwork.Decide(new DisconnectNetwork("disconnect", network.Name), container, network, Bridge, Given.Now);

    [Fact]
    public void A_container_that_does_not_run_is_connected_at_once()
    {
        var connected = Connect(Given.Container()).Event<ContainerConnected>();
        connected.Networks.Select(n => n.NetworkName).ShouldBe(["bridge", "back"]);
        Given.After(Given.Container(), connected).Networks!.Length.ShouldBe(2);
    }

    [Fact]
    public void One_that_runs_has_its_place_from_the_intent_on_and_the_network_with_the_outcome()
    {
        var intent = Connect(Running, Place(Back, "eth1")).Event<ContainerConnectRequested>();
        var waiting = Given.After(Running, intent);
        waiting.Places.Select(p => p.Endpoint.Interface).ShouldBe([null, "eth1"]);
        waiting.Networks.ShouldBeNull();
        var command = CommandLife.Opens(intent)!;
        var connected = ConnectNetwork.Record(new NetworkConnectedReport(Given.ContainerId, "x", Given.Now), waiting, command).Event<ContainerConnected>();
        CommandLife.Closes(connected).ShouldBe(("connect", "ConnectNetwork"));
        Given.After(waiting, connected).Networks!.Select(n => n.NetworkName).ShouldBe(["bridge", "back"]);
    }

    [Fact]
    public void A_connect_that_came_to_nothing_leaves_no_place()
    {
        var intent = Connect(Running, Place(Back, "eth1")).Event<ContainerConnectRequested>();
        var failed = new ContainerCommandFailed(Given.ContainerId, "connect", "ConnectNetwork", null, "Internal", "no", null, Given.Now);
        Given.After(Running, intent, failed).Places.Select(p => p.Endpoint.NetworkName).ShouldBe(["bridge"]);
    }

    [Fact]
    public void Twice_into_the_same_network_is_refused()
    {
        var waiting = Given.After(Running, Connect(Running, Place(Back, "eth1")).Event<ContainerConnectRequested>());
        ConnectNetwork.Decide(new ConnectNetwork("again", "back", InBack), waiting, Back, Bridge, Place(Back, "eth2"), Given.Now)
            .ShouldRefuse(RefusalKind.Forbidden, "endpoint with name cce already exists in network back");
    }

    [Fact]
    public void Into_the_hosts_or_from_it_is_refused()
    {
        const string Words = "container cannot be disconnected from host network or connected to host network";
        Connect(Running, network: new Network { Id = "h", Name = "host", Driver = "host" }).ShouldRefuse(RefusalKind.Invalid, Words);
        var onHost = Running with { Host = Given.Host with { NetworkMode = "host" }, Places = [] };
        Connect(onHost).ShouldRefuse(
            RefusalKind.Invalid, "container sharing network namespace with another container or host cannot be connected to any other network");
    }

    [Fact]
    public void Into_a_network_that_is_going_is_refused() =>
        Connect(Running, network: Back with { Status = NetworkStatus.Removing }).ShouldRefuse(RefusalKind.NotFound, "network back not found");

    [Theory]
    [InlineData("10.9.1.2", "Invalid address 10.9.1.2: It does not belong to any of this network's subnets")]
    [InlineData("nonsense", "invalid IPv4 address: nonsense")]
    public void An_address_that_the_network_has_not_got_is_refused(string address, string message) =>
        Connect(Running, attachment: InBack with { Address = address }).ShouldRefuse(RefusalKind.Invalid, message);

    [Fact]
    public void An_address_in_a_subnet_that_nobody_chose_is_refused() => Connect(
        Running, attachment: InBack with { Address = "10.9.0.7" }, network: Back with { SubnetGiven = false }).ShouldRefuse(
            RefusalKind.Invalid, "user specified IP address is supported only when connecting to networks with user configured subnets");

    [Fact]
    public void Leaving_the_network_by_which_it_reaches_others_names_the_next()
    {
        var both = InBoth();
        Disconnect(both, Bridge).Event<ContainerDisconnectRequested>().RouteBy.ShouldBe("x");
        Disconnect(both, Back).Event<ContainerDisconnectRequested>().RouteBy.ShouldBeNull();
    }

    [Fact]
    public void Having_left_it_has_no_place_and_no_interface_there()
    {
        var both = InBoth();
        var intent = Disconnect(both, Back).Event<ContainerDisconnectRequested>();
        var left = Given.After(
            both, intent, new IpReleased(Given.ContainerId, "x", "10.9.0.2", Given.Now), new BridgeDetached(Given.ContainerId, "x", "veth1", Given.Now));
        left.Places.Select(p => p.Endpoint.NetworkName).ShouldBe(["bridge"]);
        left.Interfaces.ShouldBe(["b"]);
        left.NetworkNamespace.ShouldBe("/netns");
        DisconnectNetwork.Record(new NetworkDisconnectedReport(Given.ContainerId, "x", Given.Now), left, CommandLife.Opens(intent))
            .Event<ContainerDisconnected>().Networks.Select(n => n.NetworkName).ShouldBe(["bridge"]);
    }

    [Fact]
    public void Leaving_a_network_that_it_is_not_in_is_refused() =>
        Disconnect(Running, Back).ShouldRefuse(RefusalKind.Forbidden, $"container {Given.ContainerId} is not connected to network back");

    [Fact]
    public void One_that_does_not_run_leaves_at_once() =>
        Disconnect(Given.Container(), Bridge).Event<ContainerDisconnected>().Networks.ShouldBeEmpty();

    [Fact]
    public void Interfaces_are_called_by_the_lowest_number_that_is_free()
    {
        AssignIp.FreeInterface([]).ShouldBe("eth0");
        AssignIp.FreeInterface([Place(Bridge), Place(Back, "eth2")]).ShouldBe("eth1");
    }

    [Fact]
    public void The_address_that_is_asked_for_is_given_or_none()
    {
        var wanted = InBack with { Address = "10.9.0.9", MacAddress = "02:42:AA:00:00:01" };
        var place = AssignIp.Choose(Back, "c", wanted, "eth1", [new("10.9.0.9", Given.Now.AddSeconds(-1))], Given.Now)!;
        (place.Address, place.MacAddress).ShouldBe(("10.9.0.9", "02:42:aa:00:00:01"));
        AssignIp.Choose(Back, "c", wanted, "eth1", [new("10.9.0.9", DateTimeOffset.MaxValue)], Given.Now).ShouldBeNull();
    }

    [Fact]
    public void Others_are_chosen_from_the_range() =>
        AssignIp.Choose(Back with { IpRange = "10.9.0.64/26" }, "c", [], Given.Now)!.Address.ShouldBe("10.9.0.64");

    private static Container InBoth()
    {
        var intent = Connect(Running, Place(Back, "eth1")).Event<ContainerConnectRequested>();
        return Given.After(
            Running, intent, new BridgeAttached(Given.ContainerId, "x", "br-x", "veth1", "eth1", "", "/netns", 1, Given.Now),
            new IpAssigned(Given.ContainerId, "x", "10.9.0.2", 24, "10.9.0.1", 1, Given.Now),
            ConnectNetwork.Record(new NetworkConnectedReport(Given.ContainerId, "x", Given.Now), Given.After(Running, intent), CommandLife.Opens(intent))
                .Event<ContainerConnected>());
    }
}
