using Shiplog.Contracts.Orders;
using Shiplog.Domain.Containers;
using Shiplog.Domain.Containers.Rules;
using Shiplog.Domain.Hosts;
using Shiplog.Domain.Networks;
using PublishPorts = Shiplog.Domain.Networks.PublishPorts;

namespace Shiplog.Domain.Tests.Networks;

public sealed class PublishingPorts
{
    private static readonly NetworkEndpoint Endpoint = new("n1", "bridge", "br0", "172.17.0.0/16", "172.17.0.1", "172.17.0.2", 16, "veth0", "02:42:ac:11:00:02");

    private static readonly ContainerStartRequested Intent = new(Given.ContainerId, "start", Endpoint, Given.Now);

    private static Container Publishing(bool all = false, params PortBinding[] bindings) => Given.Container() with
    {
        Host = Given.Host with { PortBindings = bindings is [] ? null : bindings, PublishAllPorts = all },
    };

    private static PublishedPort[]? Choose(Container container, params PublishPorts.Taken[] taken) => PublishPorts.Choose(container, taken, 32768, 32770, out _);

    private static string Fault(Container container, params PublishPorts.Taken[] taken)
    {
        PublishPorts.Choose(container, taken, 32768, 32770, out var fault).ShouldBeNull();
        return fault;
    }

    [Fact]
    public void A_port_that_is_named_is_taken_at_all_addresses_or_at_the_one_that_is_named()
    {
        Choose(Publishing(false, new("80/tcp", "", "8080"), new("53/udp", "127.0.0.1", "5353")))
            .ShouldBe([new("127.0.0.1", 5353, 53, "udp"), new("0.0.0.0", 8080, 80, "tcp")]);
    }

    [Theory]
    [InlineData("")]
    [InlineData("0")]
    public void Where_any_will_do_the_lowest_free_one_of_the_hosts_is_taken(string any) =>
        Choose(Publishing(false, new PortBinding("80/tcp", "", any)), new PublishPorts.Taken("127.0.0.1", 32768, "tcp"), new PublishPorts.Taken("0.0.0.0", 32769, "udp"))
            .ShouldBe([new("0.0.0.0", 32769, 80, "tcp")]);

    [Fact]
    public void Of_a_range_the_lowest_free_one_is_taken()
    {
        var container = Publishing(false, new PortBinding("80/tcp", "", "8000-8002"));
        Choose(container, new PublishPorts.Taken("0.0.0.0", 8000, "tcp")).ShouldBe([new("0.0.0.0", 8001, 80, "tcp")]);
        Fault(container, [.. Enumerable.Range(8000, 3).Select(p => new PublishPorts.Taken("0.0.0.0", p, "tcp"))]).ShouldStartWith("all ports are allocated");
    }

    [Fact]
    public void All_that_is_exposed_gets_a_port_where_that_is_asked_for_but_what_has_one()
    {
        // 80/tcp is the image's.
        Choose(Publishing(all: true)).ShouldBe([new("0.0.0.0", 32768, 80, "tcp")]);
        Choose(Publishing(true, new PortBinding("80/tcp", "", "8080"))).ShouldBe([new("0.0.0.0", 8080, 80, "tcp")]);
        PublishPorts.Wanted(Given.Container()).ShouldBeFalse();
    }

    [Fact]
    public void Who_has_no_choice_chooses_first() =>
        Choose(Publishing(false, new("80/tcp", "", ""), new("81/tcp", "", "32768"))).ShouldBe([new("0.0.0.0", 32769, 80, "tcp"), new("0.0.0.0", 32768, 81, "tcp")]);

    [Theory]
    [InlineData("", "0.0.0.0", true)]
    [InlineData("", "127.0.0.1", true)]
    [InlineData("127.0.0.1", "0.0.0.0", true)]
    [InlineData("127.0.0.1", "127.0.0.1", true)]
    [InlineData("127.0.0.1", "127.0.0.2", false)]
    public void A_port_at_all_addresses_and_one_at_some_exclude_each_other(string wanted, string held, bool excluded)
    {
        var container = Publishing(false, new PortBinding("80/tcp", wanted, "8080"));
        if (excluded)
            Fault(container, new PublishPorts.Taken(held, 8080, "tcp")).ShouldBe($"Bind for {(wanted is "" ? "0.0.0.0" : wanted)}:8080 failed: port is already allocated");
        else
            Choose(container, new PublishPorts.Taken(held, 8080, "tcp")).ShouldNotBeNull();
    }

    [Fact]
    public void Nobody_gets_a_port_twice() =>
        Fault(Publishing(false, new("80/tcp", "", "8080"), new("81/tcp", "", "8080"))).ShouldBe("Bind for 0.0.0.0:8080 failed: port is already allocated");

    [Fact]
    public void A_start_that_gets_no_port_is_on_record_with_its_failure_in_dockers_words()
    {
        var container = Publishing(false, new PortBinding("80/tcp", "", "8080"));
        var events = PublishPorts.Decide(Intent, container, [new("0.0.0.0", 8080, "tcp")], 32768, 32770).ShouldBeOfType<Decision.Accepted>().Events;
        events[0].ShouldBeOfType<ContainerStartRequested>().Endpoint.ShouldBeNull();
        var failed = events[1].ShouldBeOfType<ContainerCommandFailed>();
        (failed.Step, failed.Kind, failed.ExitCode).ShouldBe(("PublishPorts", "InUse", 128));
        failed.Error.ShouldBe(
            $"driver failed programming external connectivity on endpoint cce ({EndpointId.Of(Given.ContainerId, "n1", "start")}): Bind for 0.0.0.0:8080 failed: port is already allocated");
        var after = Given.After(container, events);
        (after.Status, after.OpenCommandId, after.Error).ShouldBe((ContainerStatus.Created, null, failed.Error));
    }

    [Fact]
    public void Ports_lead_to_the_first_network_that_has_a_way_out()
    {
        var inside = Endpoint with { NetworkId = "n0", Internal = true };
        PublishPorts.Over(Intent with { Endpoint = inside, Further = [Endpoint] }).ShouldBe(Endpoint);
        PublishPorts.Over(Intent with { Endpoint = inside }).ShouldBeNull();
        PublishPorts.Over(Intent).ShouldBe(Endpoint);
    }

    [Fact]
    public void Ports_are_its_own_from_the_intent_to_their_release_and_published_in_between()
    {
        var container = Publishing(false, new PortBinding("80/tcp", "", "8080"));
        PublishedPort[] ports = [new("0.0.0.0", 8080, 80, "tcp")];
        PortMapping[] mappings = [new("0.0.0.0", 8080, 80, "tcp")];
        var intent = PublishPorts.Decide(Intent, container, [], 32768, 32770).Event<ContainerStartRequested>();
        var asked = Given.After(container, intent);
        (asked.LeasedPorts, asked.Ports).ShouldBe((intent.Ports!, (PublishedPort[])[]));

        var report = new PortsPublishedReport(Given.ContainerId, mappings, TimeSpan.FromMilliseconds(2), Given.Now);
        var published = RecordPortsPublished.Decide(report, asked).Event<PortsPublished>();
        published.Ports.ShouldBe(ports);
        var reached = Given.After(asked, published);
        RecordPortsPublished.Decide(report, reached).ShouldBe(Decision.Nothing);

        var kept = Given.After(reached, RecordPortsPublished.Decide(new PortsUnpublishedReport(Given.ContainerId, mappings, true, Given.Now), reached).Event<PortsUnpublished>());
        (kept.LeasedPorts.Length, kept.Ports.Length).ShouldBe((1, 0));
        var released = Given.After(kept, RecordPortsPublished.Decide(new PortsUnpublishedReport(Given.ContainerId, mappings, false, Given.Now), kept).Event<PortsUnpublished>());
        released.LeasedPorts.ShouldBeEmpty();
        RecordPortsPublished.Decide(new PortsUnpublishedReport(Given.ContainerId, mappings, false, Given.Now), released).ShouldBe(Decision.Nothing);
    }

    [Theory]
    [InlineData("80/tcp", "8000-8010", 8001, true)]
    [InlineData("80/tcp", "", 32769, true)]
    [InlineData("80/tcp", "8001", 8001, false)]
    [InlineData("81/tcp", "8000-8010", 8001, false)]
    public void Another_port_would_do_where_none_was_named(string port, string hostPort, int busy, bool movable) =>
        PublishPorts.Movable(Publishing(false, new PortBinding(port, "", hostPort)), new PublishedPort("0.0.0.0", busy, 80, "tcp")).ShouldBe(movable);

    [Theory]
    [InlineData("abc/tcp", "", "1", "invalid port specification: \"abc\"")]
    [InlineData("0/tcp", "", "1", "invalid port specification: \"0\"")]
    [InlineData("80-81/tcp", "", "1", "invalid port specification: \"80-81\"")]
    [InlineData("80/icmp", "", "1", "invalid proto: icmp")]
    [InlineData("80/tcp", "", "http", "invalid port specification: \"http\"")]
    [InlineData("80/tcp", "", "70000", "invalid port specification: \"70000\"")]
    [InlineData("80/tcp", "", "8010-8000", "invalid port specification: \"8010-8000\"")]
    [InlineData("80/tcp", "localhost", "80", "invalid host address for port 80/tcp: \"localhost\"")]
    [InlineData("80/tcp", "127.1", "80", "invalid host address for port 80/tcp: \"127.1\"")]
    public void What_makes_no_sense_is_refused(string port, string hostIp, string hostPort, string message) =>
        HostRules.Fit(Given.Host with { PortBindings = [new PortBinding(port, hostIp, hostPort)] }, "", new HostFeatures { Forwarding = true })
            .Fault.ShouldBe(new Refusal(RefusalKind.Invalid, message));

    [Fact]
    public void An_address_of_ipv6_is_refused_with_the_reason()
    {
        var fault = HostRules.Fit(Given.Host with { PortBindings = [new PortBinding("80/tcp", "::1", "80")] }, "", new HostFeatures { Forwarding = true }).Fault.ShouldNotBeNull();
        fault.Kind.ShouldBe(RefusalKind.NotImplemented);
        fault.Message.ShouldContain("containers have no IPv6 address");
    }

    [Fact]
    public void On_the_hosts_own_network_ports_are_left_out_with_dockers_warning()
    {
        var fitted = HostRules.Fit(
            Given.Host with { NetworkMode = "host", PortBindings = [new PortBinding("80/tcp", "", "80")] }, "", new HostFeatures { Forwarding = true });
        (fitted.Fault, fitted.Warnings.ShouldHaveSingleItem()).ShouldBe((null, "Published ports are discarded when using host network mode"));
    }

    [Theory]
    [InlineData("80", "80/tcp")]
    [InlineData("53/UDP", "53/udp")]
    [InlineData("080/tcp", "80/tcp")]
    [InlineData("x", "x")]
    public void A_port_has_one_form(string text, string form) => Port.Normalize(text).ShouldBe(form);
}
