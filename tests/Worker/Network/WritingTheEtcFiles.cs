using Shiplog.Contracts.Orders;
using Shiplog.Worker.Network;
using Shiplog.Worker.Tests.Harness;
using Shouldly;

namespace Shiplog.Worker.Tests.Network;

public sealed class WritingTheEtcFiles
{
    private static readonly ContainerProcess Process = SomeOrder.Process;
    private static readonly AssignIp Address = SomeOrder.Start.Address!;

    [Fact]
    public void Hosts_names_loopback_the_extra_hosts_and_the_container_itself()
    {
        var text = EtcFiles.Hosts(
            Process with { Domainname = "lan", ExtraHosts = ["db:10.0.0.9", "six:fe80::1", "up:host-gateway"] }, Address, null);
        text.ShouldStartWith("127.0.0.1\tlocalhost\n::1\tlocalhost ip6-localhost ip6-loopback\n");
        text.ShouldContain("10.0.0.9\tdb\n");
        text.ShouldContain("fe80::1\tsix\n");
        text.ShouldContain("172.17.0.1\tup\n");
        text.ShouldEndWith("172.17.0.2\tbox.lan box\n");
    }

    [Fact]
    public void Hosts_on_the_hosts_network_begins_with_the_hosts_own() =>
        EtcFiles.Hosts(Process with { ExtraHosts = ["a:1.2.3.4"] }, null, "127.0.0.1 me\n").ShouldBe("127.0.0.1 me\n1.2.3.4\ta\n");

    [Theory]
    [InlineData("nameserver 127.0.0.53\nnameserver 10.0.0.2\nnameserver ::1\nsearch a b\noptions ndots:1\n", "nameserver 10.0.0.2\nsearch a b\noptions ndots:1\n")]
    [InlineData("nameserver 127.0.0.53\n", "nameserver 8.8.8.8\nnameserver 8.8.4.4\n")]
    [InlineData("", "nameserver 8.8.8.8\nnameserver 8.8.4.4\n")]
    [InlineData("# nameserver 1.1.1.1\nnameserver\t9.9.9.9\n", "nameserver 9.9.9.9\n")]
    public void Resolv_conf_is_the_hosts_without_what_the_container_cannot_reach(string host, string expected) =>
        EtcFiles.ResolvConf(Process, NetworkMode.Bridge, host, []).ShouldBe(expected);

    [Fact]
    public void Resolv_conf_on_the_hosts_network_is_the_hosts() =>
        EtcFiles.ResolvConf(Process, NetworkMode.Host, "nameserver 127.0.0.53\n", []).ShouldBe("nameserver 127.0.0.53\n");

    [Fact]
    public void What_the_container_says_wins_over_the_configuration_and_that_over_the_host()
    {
        const string Host = "nameserver 10.0.0.2\nsearch host\noptions rotate\n";
        EtcFiles.ResolvConf(Process, NetworkMode.Bridge, Host, ["10.0.0.3"]).ShouldContain("nameserver 10.0.0.3\n");
        EtcFiles.ResolvConf(
                Process with { Dns = ["127.0.0.1"], DnsSearch = ["."], DnsOptions = ["ndots:3"] }, NetworkMode.Bridge, Host, ["10.0.0.3"])
            .ShouldBe("nameserver 127.0.0.1\noptions ndots:3\n");
    }
}
