using System.Net;
using CsCheck;
using Shiplog.Domain.Networks;
using Shouldly;
using Xunit;

namespace Shiplog.Domain.Tests.Networks;

public sealed class AssigningAnAddress
{
    private const string Container = "0123456789ab";

    private static readonly DateTimeOffset Now = new(2026, 3, 3, 14, 3, 0, TimeSpan.Zero);

    private static readonly Network Bridge = new()
    {
        Id = "n1",
        Name = "bridge",
        Driver = "bridge",
        Subnet = "172.17.0.0/16",
        Gateway = "172.17.0.1",
        Bridge = "shiplog0",
    };

    private static AssignIp.Lease Held(string address) => new(address, DateTimeOffset.MaxValue);

    [Fact]
    public void The_first_container_gets_the_address_after_the_gateways()
    {
        var endpoint = AssignIp.Choose(Bridge, Container, [], Now).ShouldNotBeNull();
        endpoint.Address.ShouldBe("172.17.0.2");
        endpoint.MacAddress.ShouldBe("02:42:ac:11:00:02");
        endpoint.PrefixLength.ShouldBe(16);
        endpoint.Gateway.ShouldBe("172.17.0.1");
        endpoint.HostInterface.Length.ShouldBeLessThanOrEqualTo(15);
    }

    [Fact]
    public void A_gap_is_filled_before_the_pool_is_used_further() =>
        AssignIp.Choose(Bridge, Container, [Held("172.17.0.2"), Held("172.17.0.4")], Now)!.Address.ShouldBe("172.17.0.3");

    [Fact]
    public void An_address_released_a_moment_ago_rests_while_another_is_free() =>
        AssignIp.Choose(Bridge, Container, [new("172.17.0.2", Now.AddSeconds(-1))], Now)!.Address.ShouldBe("172.17.0.3");

    [Fact]
    public void With_no_other_free_the_one_that_has_rested_longest_is_taken()
    {
        var small = Bridge with { Subnet = "10.0.0.0/29", Gateway = "10.0.0.1" };
        AssignIp.Lease[] leases = [
            Held("10.0.0.2"), new("10.0.0.3", Now.AddSeconds(-3)), new("10.0.0.4", Now.AddSeconds(-5)), Held("10.0.0.5"), Held("10.0.0.6")];
        AssignIp.Choose(small, Container, leases, Now)!.Address.ShouldBe("10.0.0.4");
    }

    [Fact]
    public void A_lease_that_ends_by_a_clock_ahead_of_ours_is_still_held()
    {
        var small = Bridge with { Subnet = "10.0.0.0/30", Gateway = "10.0.0.1" };
        AssignIp.Choose(small, Container, [new("10.0.0.2", Now.AddSeconds(2))], Now).ShouldBeNull();
    }

    [Fact]
    public void A_full_pool_gives_nothing()
    {
        var small = Bridge with { Subnet = "10.0.0.0/30", Gateway = "10.0.0.1" };
        AssignIp.Choose(small, Container, [Held("10.0.0.2")], Now).ShouldBeNull();
    }

    [Fact]
    public void Whatever_is_held_the_choice_is_a_free_host_address_of_the_subnet()
    {
        var subnet = IPNetwork.Parse("10.9.8.0/28");
        var network = Bridge with { Subnet = subnet.ToString(), Gateway = "10.9.8.1" };
        Gen.Int[1, 14].HashSet[0, 14].Sample(held =>
        {
            var leases = held.Select(n => Held($"10.9.8.{n}")).ToList();
            var chosen = AssignIp.Choose(network, Container, leases, Now);
            if (chosen is null)
                return Enumerable.Range(2, 13).All(held.Contains);
            var last = IPAddress.Parse(chosen.Address).GetAddressBytes()[3];
            return subnet.Contains(IPAddress.Parse(chosen.Address)) && last is >= 2 and <= 14 && !held.Contains(last)
                && Enumerable.Range(2, last - 2).All(held.Contains);
        });
    }
}

public sealed class MakingTheDefaultNetworks
{
    private static IReadOnlyList<NetworkCreated> Decide(string? bip, params string[] taken) => DefaultNetworks.Decide(
        [], bip, "shiplog0", [.. taken.Select(IPNetwork.Parse)], () => "id", DateTimeOffset.UnixEpoch);

    [Fact]
    public void On_a_host_without_others_the_bridge_is_172_17()
    {
        var made = Decide(null, "192.168.1.0/24");
        made.Select(n => (n.Name, n.Driver)).ShouldBe([("bridge", "bridge"), ("none", "null"), ("host", "host")]);
        made[0].Subnet.ShouldBe("172.17.0.0/16");
        made[0].Gateway.ShouldBe("172.17.0.1");
    }

    [Theory]
    [InlineData("172.17.0.0/16")]
    [InlineData("172.17.200.0/24")]
    [InlineData("172.16.0.0/15")]
    public void A_subnet_that_overlaps_one_of_the_hosts_is_left_alone(string taken) =>
        Decide(null, taken)[0].Subnet.ShouldBe("172.18.0.0/16");

    [Fact]
    public void Bip_gives_subnet_and_gateway()
    {
        Decide("10.1.2.3/20")[0].Subnet.ShouldBe("10.1.0.0/20");
        Decide("10.1.2.3/20")[0].Gateway.ShouldBe("10.1.2.3");
    }

    [Theory]
    [InlineData("10.1.2.3")]
    [InlineData("10.1.2.3/31")]
    [InlineData("fd00::1/64")]
    [InlineData("nonsense/16")]
    public void A_bip_that_is_none_is_refused_by_name(string bip) => Should.Throw<FormatException>(() => Decide(bip)).Message.ShouldContain(bip);

    [Fact]
    public void What_is_there_is_not_made_again() => DefaultNetworks.Decide(
        [new Network { Name = "bridge" }, new Network { Name = "host" }], null, "b", [], () => "id", DateTimeOffset.UnixEpoch)
        .Select(n => n.Name).ShouldBe(["none"]);
}
