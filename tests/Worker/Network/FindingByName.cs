using System.Diagnostics;
using Shiplog.Contracts.Orders;
using Shiplog.Worker.Network;
using Shiplog.Worker.Tests.Harness;
using Shouldly;

namespace Shiplog.Worker.Tests.Network;

/// <summary>Containers of a network find each other by name, by the instance's name server.</summary>
public sealed class FindingByName : IAsyncLifetime
{
    private WorkerHost _host = null!;

    public async ValueTask InitializeAsync() => _host = await WorkerHost.StartAsync();

    public async ValueTask DisposeAsync() => await _host.DisposeAsync();

    [Fact]
    public async Task By_name_alias_and_address_through_dockers_server()
    {
        await StartAsync(Named(10, ["store", "keys"], "sleep", "1000"));
        var text = await _host.OutputAsync(Named(11, ["client"], "sh", "-c", "cat /etc/resolv.conf; ping -c 1 -W 10 store; ping -c 1 -W 10 keys; nslookup 10.1.0.10"));
        text.ShouldContain("nameserver 127.0.0.11\n");
        text.ShouldContain("ndots:0");
        text.Split("1 packets received").Length.ShouldBe(3);
        text.ShouldContain("name = store");
        (await _host.OutputAsync(_host.Start(["ping", "-c", "1", "-W", "2", "store"]))).ShouldNotContain("1 packets received");
    }

    [Fact]
    public async Task Survives_the_worker_and_ends_with_the_last_container()
    {
        var order = Named(10, ["store"], "sleep", "1000");
        await StartAsync(order);
        var pid = _host.NameServerPid;
        pid.ShouldNotBe(0);
        await _host.KillWorkerAsync();
        await _host.StartWorkerAsync();
        _host.NameServerPid.ShouldBe(pid);
        (await _host.OutputAsync(Named(11, ["client"], "ping", "-c", "1", "-W", "10", "store"))).ShouldContain("1 packets received");
        await _host.Server.SendAsync(new KillContainer("kill", order.ContainerId, "KILL"));
        await _host.Server.ReceivedAsync<ContainerExitedReport>(r => r.ContainerId == order.ContainerId);
        await Eventually.Async(() => _host.NameServerPid == 0);
    }

    [Fact]
    public async Task Killed_comes_back()
    {
        await StartAsync(Named(10, ["store"], "sleep", "1000"));
        var pid = _host.NameServerPid;
        pid.ShouldNotBe(0);
        using (var process = Process.GetProcessById(pid))
            process.Kill();
        await Eventually.Async(() => _host.NameServerPid is not 0 and var now && now != pid);
        (await _host.OutputAsync(Named(11, ["client"], "ping", "-c", "1", "-W", "10", "store"))).ShouldContain("1 packets received");
    }

    internal static NetworkPlace Place(int host, string[]? names) => new(
        new("n", "n", "br-n", "10.1.0.0/24", "10.1.0.1", $"vn{host}", "eth0", $"02:42:0a:01:00:{host:x2}", 1500) { Names = names }, new("n", $"10.1.0.{host}", 24, "10.1.0.1"));

    private StartContainer Named(int host, string[] names, params string[] args)
    {
        var place = Place(host, names);
        return _host.None(args) with { Network = NetworkMode.Bridge, Bridge = place.Bridge, Address = place.Address };
    }

    private async Task StartAsync(StartContainer order) => (await _host.Server.SendAsync(order)).Failure.ShouldBeNull();
}

/// <summary>What the name server is given to read, and asked.</summary>
public sealed class WritingNames
{
    [Fact]
    public void Its_files_are_those_that_aardvark_reads()
    {
        var table = new NameTable();
        var order = SomeOrder.Start with { Process = SomeOrder.Process with { Dns = ["9.9.9.9", "1.1.1.1"] } };
        table.Add(order, [FindingByName.Place(10, ["store", "bad name", "keys"])]).ShouldBeTrue();
        table.Add(order, [FindingByName.Place(10, null)]).ShouldBeFalse();
        table.Files("mark").ShouldHaveSingleItem().ShouldBe(KeyValuePair.Create(
            "br-n", "10.1.0.1\nmark 127.0.0.1  mark\ncontainer 10.1.0.10  store,keys 9.9.9.9,1.1.1.1\n"));
        table.Remove("container").ShouldBeTrue();
        table.IsEmpty.ShouldBeTrue();
    }

    [Fact]
    public void Its_question_is_one_that_a_name_server_takes()
    {
        DnsQuestion.Of("ab").ShouldBe(new byte[] { 0x53, 0x48, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, 2, (byte)'a', (byte)'b', 0, 0, 1, 0, 1 });
        DnsQuestion.IsAnswered([0x53, 0x48, 0x81, 0x80, 0, 1, 0, 1, 0, 0, 0, 0, 0]).ShouldBeTrue();
        DnsQuestion.IsAnswered([0x53, 0x48, 0x81, 0x83, 0, 1, 0, 0, 0, 0, 0, 0, 0]).ShouldBeFalse();
    }
}
