using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Shiplog.Contracts.Orders;
using Shiplog.Worker.Tests.Harness;
using Shouldly;

namespace Shiplog.Worker.Tests.Network;

/// <summary>Published ports in the real packet filter. What serves is a socket of the test's in the container's namespace.</summary>
public sealed class PublishingPorts(SharedWorker shared) : IClassFixture<SharedWorker>, IAsyncLifetime
{
    private const string HostAddress = "10.213.0.1";

    private readonly WorkerHost _host = shared.Host;
    private readonly List<StartContainer> _started = [];

    public ValueTask InitializeAsync()
    {
        // An address of the host's beside loopback and bridge.
        if (!_host.Namespaces.Run("ip", "-o", "link").Contains("outside", StringComparison.Ordinal))
        {
            _host.Namespaces.Run("ip", "link", "add", "outside", "type", "bridge");
            _host.Namespaces.Run("ip", "address", "add", HostAddress + "/24", "dev", "outside");
            _host.Namespaces.Run("ip", "link", "set", "outside", "up");
        }
        return ValueTask.CompletedTask;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var order in _started)
            await EndAsync(order);
    }

    [Fact]
    public async Task A_port_is_reached_from_everywhere_and_closed_again_at_the_end()
    {
        var web = await StartAsync(2, new PortMapping("0.0.0.0", 8080, 80, "tcp"));
        var other = await StartAsync(3);
        using var server = Sockets.Serve(PidOf(web), 80, "hello");
        (await AskAsync(HostAddress, 8080)).ShouldBe("hello");
        (await AskAsync("127.0.0.1", 8080)).ShouldBe("hello");
        (await AskAsync("172.30.0.1", 8080)).ShouldBe("hello");
        (await Sockets.AskAsync(PidOf(other), HostAddress, 8080)).ShouldBe("hello", "from another container");
        (await Sockets.AskAsync(PidOf(other), "172.30.0.1", 8080)).ShouldBe("hello", "from another container by the gateway");
        (await Sockets.AskAsync(PidOf(web), HostAddress, 8080)).ShouldBe("hello", "from the container itself");

        var reports = ReportsOf(web);
        reports.Select(r => r.GetType().Name).ShouldBe(
            ["RootFsMountedReport", "BridgeAttachedReport", "IpAssignedReport", "PortsPublishedReport", "ContainerStartedReport"]);
        await EndAsync(web);
        ReportsOf(web).Skip(5).Select(r => r.GetType().Name).ShouldContain("PortsUnpublishedReport");
        (await AskAsync(HostAddress, 8080)).ShouldBe("ConnectionRefused");
        Listing().ShouldNotContain("8080");
    }

    [Fact]
    public async Task Datagrams_get_there_and_back_and_several_ports_are_one_step()
    {
        var order = await StartAsync(4, new PortMapping("0.0.0.0", 5353, 53, "udp"), new PortMapping("0.0.0.0", 5353, 53, "tcp"));
        using var server = Sockets.ServeUdp(PidOf(order), 53, "named");
        using var tcp = Sockets.Serve(PidOf(order), 53, "streamed");
        (await Sockets.AskUdpAsync(_host.Namespaces.Pid, HostAddress, 5353)).ShouldBe("named");
        (await Sockets.AskUdpAsync(_host.Namespaces.Pid, "127.0.0.1", 5353)).ShouldBe("named");
        (await AskAsync("127.0.0.1", 5353)).ShouldBe("streamed");
        ReportsOf(order).OfType<PortsPublishedReport>().Single().Ports.Length.ShouldBe(2);
    }

    [Fact]
    public async Task Who_keeps_on_sending_datagrams_reaches_what_is_published_now()
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        patience.CancelAfter(TimeSpan.FromSeconds(30));
        using var client = Sockets.In(_host.Namespaces.Pid, () => new UdpClient(new IPEndPoint(IPAddress.Any, 0)));
        await client.SendAsync("nobody is there yet"u8.ToArray(), new IPEndPoint(IPAddress.Parse(HostAddress), 5354), patience.Token);
        for (byte i = 0; i < 2; i++)
        {
            var order = await StartAsync((byte)(20 + i), new PortMapping("0.0.0.0", 5354, 53, "udp"));
            using var server = Sockets.ServeUdp(PidOf(order), 53, $"run {i}");
            // An answer that was late is one of the run before.
            while (await Sockets.AskUdpAsync(client, HostAddress, 5354, patience.Token) != $"run {i}")
            {
            }
            await EndAsync(order);
        }
    }

    [Fact]
    public async Task At_one_address_it_is_reached_there_and_at_no_other()
    {
        var local = await StartAsync(5, new PortMapping("127.0.0.1", 8081, 80, "tcp"));
        var other = await StartAsync(6, new PortMapping(HostAddress, 8081, 80, "tcp"));
        using var server = Sockets.Serve(PidOf(local), 80, "local");
        using var second = Sockets.Serve(PidOf(other), 80, "other");
        (await AskAsync("127.0.0.1", 8081)).ShouldBe("local");
        (await AskAsync(HostAddress, 8081)).ShouldBe("other");
        (await AskAsync("172.30.0.1", 8081)).ShouldBe("ConnectionRefused");
    }

    [Fact]
    public async Task A_container_in_several_networks_is_reached_by_the_one_with_a_way_out_also_from_a_network_apart()
    {
        var plain = Order(22);
        var web = plain with
        {
            Bridge = Network("inner", 29, plain) with { Internal = true },
            Address = new AssignIp("inner", "172.29.0.2", 24, "172.29.0.1") { WithoutRoute = true },
            Further = [new NetworkPlace(plain.Bridge! with { ContainerInterface = "eth1" }, plain.Address!)],
            Ports = new PublishPorts(plain.Bridge.Bridge, plain.Bridge.HostInterface, plain.Address!.Address, "endpoint", [new PortMapping("0.0.0.0", 8102, 80, "tcp")]),
        };
        var bare = Order(23);
        var apart = bare with { Bridge = Network("apart", 28, bare), Address = new AssignIp("apart", "172.28.0.2", 24, "172.28.0.1") };
        foreach (var order in (StartContainer[])[web, apart])
        {
            _started.Add(order);
            (await _host.Server.SendAsync(order)).Failure.ShouldBeNull();
        }
        using var server = Sockets.Serve(PidOf(web), 80, "by the way out");
        (await AskAsync("127.0.0.1", 8102)).ShouldBe("by the way out");
        (await AskAsync(HostAddress, 8102)).ShouldBe("by the way out");
        (await Sockets.AskAsync(PidOf(apart), HostAddress, 8102)).ShouldBe("by the way out");
    }

    [Fact]
    public async Task A_loopback_port_is_no_neighbours()
    {
        var local = await StartAsync(7, new PortMapping("127.0.0.1", 8082, 80, "tcp"));
        using var server = Sockets.Serve(PidOf(local), 80, "local");
        // Who is on the same wire can send packets to 127.0.0.1 to the host's hardware address.
        var neighbour = "neighbour-" + local.ContainerId[..8];
        _host.Namespaces.Run("sh", "-c", $"""
            set -e
            ip netns add {neighbour}
            ip link add wire type veth peer name eth0 netns {neighbour}
            ip address add 10.214.0.1/24 dev wire
            ip link set wire up
            echo 0 > /proc/sys/net/ipv4/conf/wire/rp_filter
            ip -n {neighbour} address add 10.214.0.2/24 dev eth0
            ip -n {neighbour} link set eth0 up
            ip netns exec {neighbour} sh -c 'echo 1 > /proc/sys/net/ipv4/conf/eth0/route_localnet; echo 0 > /proc/sys/net/ipv4/conf/all/rp_filter'
            ip -n {neighbour} route add 127.0.0.1 via 10.214.0.1 src 10.214.0.2
            """);
        try
        {
            _host.Namespaces.Run("ip", "netns", "exec", neighbour, "busybox", "ping", "-c", "1", "-W", "20", "10.214.0.1").ShouldContain("1 packets received");
            Should.Throw<InvalidOperationException>(() => _host.Namespaces.Run("ip", "netns", "exec", neighbour, "busybox", "nc", "-w", "3", "127.0.0.1", "8082"));
        }
        finally
        {
            _host.Namespaces.Run("ip", "netns", "delete", neighbour);
        }
        (await AskAsync("127.0.0.1", 8082)).ShouldBe("local");
    }

    [Fact]
    public async Task What_listens_at_the_hosts_loopback_is_no_containers()
    {
        using var program = Sockets.Serve(_host.Namespaces.Pid, 8100, "private");
        var order = await StartAsync(18, new PortMapping("127.0.0.1", 8101, 80, "tcp"));
        // As a container could that may change its own routes.
        _host.Namespaces.Run("nsenter", "-t", $"{PidOf(order)}", "-n", "sh", "-c", """
            set -e
            echo 1 > /proc/sys/net/ipv4/conf/eth0/route_localnet
            ip address flush dev lo
            ip route add 127.0.0.1 via 172.30.0.1 src 172.30.0.18
            """);
        (await Sockets.AskAsync(PidOf(order), "172.30.0.1", 8100)).ShouldBe("private", "it listens at all addresses");
        Should.Throw<InvalidOperationException>(() => _host.Namespaces.Run(
            "nsenter", "-t", $"{PidOf(order)}", "-n", "busybox", "nc", "-w", "3", "127.0.0.1", "8100"));
    }

    [Fact]
    public async Task A_port_that_a_program_has_is_refused_and_all_is_undone()
    {
        using var program = Sockets.In(_host.Namespaces.Pid, () => new TcpListener(IPAddress.Loopback, 8083));
        program.Start();
        var order = Order(8, new PortMapping("0.0.0.0", 8084, 81, "tcp"), new PortMapping("0.0.0.0", 8083, 80, "tcp"));
        var failure = (await _host.Server.SendAsync(order)).Failure.ShouldNotBeNull();
        failure.Error.ShouldBe("driver failed programming external connectivity on endpoint test (endpoint): listen tcp4 0.0.0.0:8083: bind: address already in use");
        (failure.Step, failure.Kind, failure.BusyPort).ShouldBe(("PublishPorts", FailureKind.InUse, order.Ports!.Ports[1]));
        Listing().ShouldNotContain("8084");
        // The kernel takes it away a moment after the namespace that its other end was in.
        await Eventually.Async(() => !_host.Namespaces.Run("ip", "-o", "link").Contains(order.Bridge!.HostInterface, StringComparison.Ordinal));
        // What had been taken of it is free again.
        using var free = Sockets.In(_host.Namespaces.Pid, () => new TcpListener(IPAddress.Any, 8084));
        free.Start();
    }

    [Fact]
    public async Task An_address_that_is_not_the_hosts_is_refused()
    {
        var order = Order(9, new PortMapping("10.99.99.99", 8085, 80, "tcp"));
        var failure = (await _host.Server.SendAsync(order)).Failure.ShouldNotBeNull();
        failure.Error.ShouldEndWith("listen tcp4 10.99.99.99:8085: bind: cannot assign requested address");
        failure.BusyPort.ShouldBeNull();
    }

    [Theory]
    [InlineData("tcp")]
    [InlineData("udp")]
    public async Task Other_programs_are_kept_off_a_published_port(string protocol)
    {
        var order = await StartAsync(10, new PortMapping("0.0.0.0", 8086, 80, protocol));
        CanBind(8086, protocol).ShouldBeFalse();
        await EndAsync(order);
        CanBind(8086, protocol).ShouldBeTrue();
    }

    [Fact]
    public async Task A_killed_worker_leaves_ports_published_and_its_next_life_holds_them()
    {
        var order = await StartAsync(11, new PortMapping("0.0.0.0", 8087, 80, "tcp"));
        using var server = Sockets.Serve(PidOf(order), 80, "still here");
        await _host.KillWorkerAsync();
        (await AskAsync("127.0.0.1", 8087)).ShouldBe("still here");
        await _host.StartWorkerAsync();
        (await AskAsync(HostAddress, 8087)).ShouldBe("still here");
        CanBind(8087, "tcp").ShouldBeFalse();
        await EndAsync(order);
        Listing().ShouldNotContain("8087");
        CanBind(8087, "tcp").ShouldBeTrue();
    }

    [Theory]
    [InlineData("flush ruleset")]
    [InlineData("flush table ip {0}")]
    [InlineData("flush map ip {0} published")]
    public async Task What_somebody_has_flushed_is_put_back_by_a_starting_worker(string flush)
    {
        var order = await StartAsync(12, new PortMapping("0.0.0.0", 8088, 80, "tcp"));
        using var server = Sockets.Serve(PidOf(order), 80, "back");
        await _host.KillWorkerAsync();
        _host.Namespaces.Run("nft", string.Format(CultureInfo.InvariantCulture, flush, _host.Instance.NftTable));
        var before = _host.Server.Reports.OfType<HostReconciledReport>().Count();
        await _host.StartWorkerAsync();
        await Eventually.Async(() => _host.Server.Reports.OfType<HostReconciledReport>().Count() > before);
        var told = _host.Server.Reports.OfType<HostReconciledReport>().Last();
        told.Found.ShouldNotBeEmpty();
        told.Repaired.ShouldAllBe(r => r.EndsWith(": put right"));
        (await AskAsync(HostAddress, 8088)).ShouldBe("back");
        (await AskAsync("127.0.0.1", 8088)).ShouldBe("back");
    }

    [Fact]
    public async Task A_port_that_no_container_has_is_taken_out_of_the_filter_by_a_starting_worker()
    {
        await StartAsync(13, new PortMapping("0.0.0.0", 8089, 80, "tcp"));
        await _host.KillWorkerAsync();
        _host.Namespaces.Run("nft", $"add element ip {_host.Instance.NftTable} published {{ tcp . 9999 : 172.30.0.77 . 80 }}");
        await _host.StartWorkerAsync();
        await _host.Server.ReceivedAsync<HostReconciledReport>(r => r.Found.Contains($"element published 6 . 9999 : 172.30.0.77 . 80 of table ip {_host.Instance.NftTable}, which no container has"));
        Listing().ShouldContain("8089");
        Listing().ShouldNotContain("9999");
    }

    [Fact]
    public async Task A_port_that_a_program_took_while_the_worker_was_away_stays_published_and_is_told_of()
    {
        var order = await StartAsync(14, new PortMapping("0.0.0.0", 8090, 80, "tcp"));
        using var server = Sockets.Serve(PidOf(order), 80, "first come");
        await _host.KillWorkerAsync();
        using var program = Sockets.In(_host.Namespaces.Pid, () => new TcpListener(IPAddress.Any, 8090));
        program.Start();
        await _host.StartWorkerAsync();
        await _host.Server.ReceivedAsync<HostReconciledReport>(
            r => r.Found.Contains($"published port of container {order.ContainerId}: listen tcp4 0.0.0.0:8090: bind: address already in use"));
        (await AskAsync("127.0.0.1", 8090)).ShouldBe("first come");
    }

    [Fact]
    public async Task Others_rules_stay_as_they_are()
    {
        _host.Namespaces.Run("nft", "add table ip others; add chain ip others c { type filter hook input priority 0; }; add rule ip others c counter");
        var rules = _host.Namespaces.Run("nft", "-s", "list", "table", "ip", "others");
        await EndAsync(await StartAsync(15, new PortMapping("0.0.0.0", 8091, 80, "tcp")));
        _host.Namespaces.Run("nft", "-s", "list", "table", "ip", "others").ShouldBe(rules);
    }

    [Fact]
    public async Task A_restart_by_policy_keeps_the_ports()
    {
        var order = Order(16, new PortMapping("0.0.0.0", 8092, 80, "tcp")) with
        {
            Process = _host.None(["sh", "-c", "if [ -e /tmp/again ]; then sleep 1000; fi; touch /tmp/again; exit 1"]).Process,
            Restart = new RestartPolicy(RestartCondition.Always, 0),
        };
        _started.Add(order);
        (await _host.Server.SendAsync(order)).Failure.ShouldBeNull();
        var again = await _host.Server.ReceivedAsync<ContainerRestartedReport>(r => r.ContainerId == order.ContainerId);
        using var server = Sockets.Serve(again.Pid, 80, "again");
        (await AskAsync(HostAddress, 8092)).ShouldBe("again");
        ReportsOf(order).ShouldNotContain(r => r is PortsUnpublishedReport);
        ReportsOf(order).OfType<PortsPublishedReport>().Count().ShouldBe(1);
    }

    [Fact]
    public async Task What_somebody_has_flushed_is_put_back_when_the_next_client_comes()
    {
        var order = await StartAsync(17, new PortMapping("0.0.0.0", 8093, 80, "tcp"));
        using var server = Sockets.Serve(PidOf(order), 80, "back at once");
        (await AskAsync(HostAddress, 8093)).ShouldBe("back at once");
        var before = _host.Server.Reports.OfType<HostReconciledReport>().Count();
        _host.Namespaces.Run("nft", "flush", "ruleset");
        (await AskAsync(HostAddress, 8093)).ShouldNotBe("back at once");
        await Eventually.Async(() => _host.Server.Reports.OfType<HostReconciledReport>().Count() > before);
        _host.Server.Reports.OfType<HostReconciledReport>().Last().Found.ShouldBe([$"nft table ip {_host.Instance.NftTable} missing"]);
        (await AskAsync(HostAddress, 8093)).ShouldBe("back at once");
    }

    [Fact]
    public async Task A_bridge_that_somebody_has_deleted_is_made_again_under_its_containers()
    {
        var (one, other) = (await StartAsync(18, new PortMapping("0.0.0.0", 8094, 80, "tcp")), await StartAsync(19));
        using var server = Sockets.Serve(PidOf(one), 80, "still here");
        var before = _host.Server.Reports.OfType<HostReconciledReport>().Count();
        _host.Namespaces.Run("ip", "link", "delete", _host.Instance.Bridge);
        await Eventually.Async(() => _host.Server.Reports.OfType<HostReconciledReport>().Count() > before);
        var report = _host.Server.Reports.OfType<HostReconciledReport>().Last();
        report.Found.ShouldBe([$"bridge {_host.Instance.Bridge} was gone"]);
        report.Repaired.Single().ShouldStartWith($"bridge {_host.Instance.Bridge}: made again, with the interfaces of ");
        (await AskAsync(HostAddress, 8094)).ShouldBe("still here");
        (await AskAsync("127.0.0.1", 8094)).ShouldBe("still here");
        (await Sockets.AskAsync(PidOf(other), one.Address!.Address, 80)).ShouldBe("still here", "from another container");
    }

    [Fact]
    public async Task A_bridge_that_went_while_no_worker_was_there_is_made_again_by_the_next_one()
    {
        var order = await StartAsync(20, new PortMapping("0.0.0.0", 8095, 80, "tcp"));
        using var server = Sockets.Serve(PidOf(order), 80, "still here");
        await _host.KillWorkerAsync();
        _host.Namespaces.Run("ip", "link", "delete", _host.Instance.Bridge);
        await _host.StartWorkerAsync();
        await Eventually.Async(() => _host.Server.Reports.OfType<HostReconciledReport>().Any(r => r.Found.Contains($"bridge {_host.Instance.Bridge} was gone")));
        (await AskAsync(HostAddress, 8095)).ShouldBe("still here");
    }

    private StartContainer Order(byte host, params PortMapping[] ports)
    {
        var order = _host.Start(["sleep", "1000"], host: host);
        return ports is [] ? order : order with { Ports = new PublishPorts(order.Bridge!.Bridge, order.Bridge.HostInterface, order.Address!.Address, "endpoint", ports) };
    }

    /// <summary>Another network than that of all the others: 172.NUMBER.0.0/24.</summary>
    private static AttachBridge Network(string name, int number, StartContainer order) => new(
        name, name, "sl-" + name, $"172.{number}.0.0/24", $"172.{number}.0.1", "v" + name[..2] + order.ContainerId[..7], "eth0", $"02:42:ac:{number:x2}:00:02", 1500);

    private async Task<StartContainer> StartAsync(byte host, params PortMapping[] ports)
    {
        var order = Order(host, ports);
        _started.Add(order);
        (await _host.Server.SendAsync(order)).Failure.ShouldBeNull();
        return order;
    }

    private Task EndAsync(StartContainer order) => _host.Server.SendAsync(new StopContainer("stop-" + order.ContainerId, order.ContainerId, "KILL", 20));

    private Task<string> AskAsync(string address, int port) => Sockets.AskAsync(_host.Namespaces.Pid, address, port);

    private bool CanBind(int port, string protocol) => Sockets.In(_host.Namespaces.Pid, () =>
    {
        using var socket = protocol == "udp"
            ? new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp)
            : new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            socket.Bind(new IPEndPoint(IPAddress.Any, port));
            if (protocol == "tcp")
                socket.Listen();
            return true;
        }
        catch (SocketException e) when (e.SocketErrorCode == SocketError.AddressAlreadyInUse)
        {
            return false;
        }
    });

    private string Listing() => _host.Namespaces.Run("nft", "list", "table", "ip", _host.Instance.NftTable);

    private int PidOf(StartContainer order) => ReportsOf(order).OfType<ContainerStartedReport>().Single().Pid;

    private List<Report> ReportsOf(StartContainer order) => [.. _host.Server.Reports.Where(r => r switch
    {
        RootFsMountedReport x => x.ContainerId == order.ContainerId,
        BridgeAttachedReport x => x.ContainerId == order.ContainerId,
        IpAssignedReport x => x.ContainerId == order.ContainerId,
        PortsPublishedReport x => x.ContainerId == order.ContainerId,
        PortsUnpublishedReport x => x.ContainerId == order.ContainerId,
        ContainerStartedReport x => x.ContainerId == order.ContainerId,
        ContainerExitedReport x => x.ContainerId == order.ContainerId,
        _ => false,
    })];
}
