using Shiplog.Domain.Networks;
using Shouldly;
using Xunit;

namespace Shiplog.Domain.Tests.Networks;

public sealed class CreatingANetwork
{
    private static readonly string Id = new('a', 64);

    private static readonly Network Bridge = new() { Id = "b", Name = "bridge", Driver = "bridge", Subnet = "172.17.0.0/16", Gateway = "172.17.0.1", Bridge = "shiplog0" };

    private static Decision Decide(CreateNetwork? command = null, Network[]? present = null, AddressPool[]? pools = null, params string[] taken) => CreateNetwork.Decide(
        command ?? Command(), present ?? [Bridge], pools ?? AddressPool.Default, [.. taken.Select(Subnet.Parse)], Given.Now);

    private static CreateNetwork Command(string? subnet = null, string? gateway = null, string? range = null, string name = "back") =>
        new("create", Id, name, new SubnetWanted(subnet, gateway, range));

    [Fact]
    public void Without_a_word_about_addresses_it_gets_the_next_subnet_of_the_pools()
    {
        var made = Decide().Event<NetworkCreated>();
        (made.Subnet, made.Gateway, made.Bridge, made.SubnetGiven).ShouldBe(("172.18.0.0/16", "172.18.0.1", "br-aaaaaaaaaaaa", false));
    }

    [Fact]
    public void What_the_host_itself_is_in_is_left_alone() => Decide(taken: "172.18.4.0/24").Event<NetworkCreated>().Subnet.ShouldBe("172.19.0.0/16");

    [Fact]
    public void After_the_sixteens_come_pieces_of_192_168()
    {
        Network[] all = [.. Enumerable.Range(17, 15).Select(n => new Network { Name = $"n{n}", Subnet = $"172.{n}.0.0/16", Bridge = $"b{n}" })];
        Decide(present: all).Event<NetworkCreated>().Subnet.ShouldBe("192.168.0.0/20");
    }

    [Fact]
    public void Exhausted_pools_are_said_so() => Decide(pools: [new("172.17.0.0/16", 16)])
        .ShouldRefuse(RefusalKind.Failed, "could not find an available, non-overlapping IPv4 address pool among the defaults to assign to the network");

    [Theory]
    [InlineData("10.9.0.0/24", null, null, "10.9.0.0/24", "10.9.0.1")]
    [InlineData("10.9.0.7/24", "10.9.0.254", null, "10.9.0.0/24", "10.9.0.254")]
    [InlineData("10.9.0.0/16", null, "10.9.5.0/24", "10.9.0.0/16", "10.9.5.0")]
    [InlineData("10.9.0.0/16", null, "10.9.0.0/24", "10.9.0.0/16", "10.9.0.1")]
    public void A_subnet_that_is_asked_for_is_kept(string subnet, string? gateway, string? range, string wanted, string wantedGateway)
    {
        var made = Decide(Command(subnet, gateway, range)).Event<NetworkCreated>();
        (made.Subnet, made.Gateway, made.SubnetGiven).ShouldBe((wanted, wantedGateway, true));
    }

    [Theory]
    [InlineData("172.17.0.0/24")]
    [InlineData("172.0.0.0/8")]
    public void One_that_overlaps_with_another_network_is_refused(string subnet) =>
        Decide(Command(subnet)).ShouldRefuse(RefusalKind.Forbidden, "Pool overlaps with other one on this address space");

    [Theory]
    [InlineData("10.9.0.0/24", "10.8.0.1", null, "failed to allocate gateway (10.8.0.1): Requested address is out of range")]
    [InlineData("10.9.0.0/24", null, "10.8.0.0/26", "no matching subnet for range 10.8.0.0/26")]
    [InlineData("nonsense", null, null, "invalid subnet nonsense : invalid CIDR block notation")]
    [InlineData("10.9.0.0/31", null, null, "invalid subnet 10.9.0.0/31 : a prefix length of 1 to 30 is needed")]
    public void What_does_not_fit_together_is_refused(string subnet, string? gateway, string? range, string message) =>
        Decide(Command(subnet, gateway, range)).ShouldRefuse(RefusalKind.Invalid, message);

    [Fact]
    public void A_name_that_is_taken_is_a_conflict() => Decide(present: [Bridge, new Network { Id = "x", Name = "back", Subnet = "10.1.0.0/16" }])
        .ShouldRefuse(RefusalKind.Conflict, "network with name back already exists");

    [Theory]
    [InlineData("bridge")]
    [InlineData("host")]
    [InlineData("none")]
    public void The_default_ones_are_nobodys(string name) =>
        Decide(Command(name: name)).ShouldRefuse(RefusalKind.Forbidden, $"operation is not permitted on predefined {name} network ");

    [Theory]
    [InlineData(BridgeOptions.BridgeName, "a/b", RefusalKind.Invalid)]
    [InlineData(BridgeOptions.BridgeName, "longer-than-15-bytes", RefusalKind.Invalid)]
    [InlineData(BridgeOptions.Icc, "perhaps", RefusalKind.Invalid)]
    [InlineData(BridgeOptions.Mtu, "-5", RefusalKind.Invalid)]
    [InlineData("com.example.other", "1", RefusalKind.NotImplemented)]
    public void An_option_that_cannot_be_honoured_is_refused(string option, string value, RefusalKind kind) =>
        Decide(Command() with { Options = new() { [option] = value } }).ShouldBeOfType<Decision.Refused>().Reason.Kind.ShouldBe(kind);

    [Fact]
    public void Options_show_in_the_places_that_it_gives()
    {
        var made = Decide(Command() with
        {
            Internal = true,
            Options = new() { [BridgeOptions.BridgeName] = "mine", [BridgeOptions.Icc] = "false", [BridgeOptions.Mtu] = "1400", [BridgeOptions.Masquerade] = "0" },
        }).Event<NetworkCreated>();
        var place = AssignIp.Choose(Network.Apply(Network.Absent, made), "c", [], Given.Now)!;
        (place.Bridge, place.Internal, place.Isolated, place.Mtu, place.Unmasqueraded).ShouldBe(("mine", true, true, 1400, true));
    }
}

public sealed class RemovingANetwork
{
    private static readonly Network Back = new() { Id = "x", Name = "back", Driver = "bridge" };

    [Fact]
    public void One_that_nobody_is_in_is_removed_and_joined_no_more()
    {
        var intent = Decide(Back).Event<NetworkRemoveRequested>();
        Network.Apply(Back, intent).Status.ShouldBe(NetworkStatus.Removing);
        Decide(Network.Apply(Back, intent)).ShouldRefuse(RefusalKind.NotFound, "network back not found");
    }

    [Fact]
    public void One_in_use_stays() =>
        Decide(Back, "c").ShouldRefuse(RefusalKind.Forbidden, "error while removing network: network back id x has active endpoints");

    [Fact]
    public void A_default_one_stays() => RemoveNetwork.Decide(new RemoveNetwork("r", "host"), Back with { Name = "host" }, [], Given.Now)
        .ShouldRefuse(RefusalKind.Forbidden, "host is a pre-defined network and cannot be removed");

    [Fact]
    public void A_removal_that_came_to_nothing_leaves_it_usable() =>
        Network.Apply(Back with { Status = NetworkStatus.Removing }, new NetworkCommandFailed("x", "r", "RemoveNetwork", "Conflict", "in use", Given.Now))
            .Status.ShouldBe(NetworkStatus.Present);

    private static Decision Decide(Network network, params string[] users) => RemoveNetwork.Decide(new RemoveNetwork("r", "back"), network, users, Given.Now);
}
