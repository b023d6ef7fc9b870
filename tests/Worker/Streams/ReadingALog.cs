using System.Globalization;
using Shiplog.Contracts.Orders;
using Shiplog.Worker.Tests.Harness;
using Shouldly;

namespace Shiplog.Worker.Tests.Streams;

public sealed class ReadingALog(SharedWorker shared) : IClassFixture<SharedWorker>
{
    private readonly WorkerHost _host = shared.Host;

    [Fact]
    public async Task Gives_the_last_lines_that_were_asked_for()
    {
        var order = await RunAsync("seq 1 3000; sleep 0.1; echo error >&2");
        (await LogAsync(order, "stdout=1&tail=2")).ShouldBe("2999\n3000\n");
        (await LogAsync(order, "stdout=1&stderr=1&tail=2")).ShouldBe("3000\nerror\n");
        (await LogAsync(order, "stdout=1&stderr=1&tail=0")).ShouldBe("");
        (await LogAsync(order, "stdout=1&tail=all")).Split('\n').Length.ShouldBe(3001);
    }

    [Fact]
    public async Task Joins_a_line_that_was_written_in_pieces_under_one_time()
    {
        var order = await RunAsync("head -c 20000 /dev/zero | tr '\\000' x; echo; printf end");
        var lines = (await LogAsync(order, "stdout=1&timestamps=1")).Split('\n');
        lines.Length.ShouldBe(2);
        lines[0].Split(' ')[1].ShouldBe(new string('x', 20000));
        DateTimeOffset.Parse(lines[0].Split(' ')[0], CultureInfo.InvariantCulture).ShouldBe(DateTimeOffset.UtcNow, TimeSpan.FromMinutes(1));
        (await LogAsync(order, "stdout=1&tail=2")).ShouldBe(new string('x', 20000) + "\nend");
    }

    [Fact]
    public async Task Honours_since_and_until()
    {
        var order = await RunAsync("echo first; sleep 1.2; echo second");
        var stamp = (await LogAsync(order, "stdout=1&timestamps=1")).Split('\n')[1].Split(' ')[0];
        var second = DateTimeOffset.Parse(stamp, CultureInfo.InvariantCulture);
        var unix = (second.ToUnixTimeMilliseconds() / 1000m - 0.5m).ToString(CultureInfo.InvariantCulture);
        (await LogAsync(order, "stdout=1&since=" + unix)).ShouldBe("second\n");
        (await LogAsync(order, "stdout=1&until=" + unix)).ShouldBe("first\n");
    }

    [Fact]
    public async Task Follows_it_until_the_container_ends()
    {
        var order = _host.None(["sh", "-c", "echo one; sleep 0.3; echo two; sleep 0.3; echo three"]);
        await _host.Server.SendAsync(order);
        (await LogAsync(order, "stdout=1&follow=1")).ShouldBe("one\ntwo\nthree\n");
    }

    [Fact]
    public async Task Is_empty_where_the_driver_keeps_none()
    {
        var order = _host.None(["echo", "lost"], p => p with { LogDriver = "none" });
        await _host.Server.SendAsync(order);
        var exited = await _host.Server.ReceivedAsync<ContainerExitedReport>(r => r.ContainerId == order.ContainerId);
        exited.Logs.ShouldBeNull();
        (await LogAsync(order, "stdout=1")).ShouldBe("");
    }

    private async Task<StartContainer> RunAsync(string script)
    {
        var order = _host.None(["sh", "-c", script]);
        (await _host.Server.SendAsync(order)).Failure.ShouldBeNull();
        await _host.Server.ReceivedAsync<ContainerExitedReport>(r => r.ContainerId == order.ContainerId);
        return order;
    }

    private async Task<string> LogAsync(StartContainer order, string query)
    {
        using var http = _host.Server.Http();
        return await http.GetStringAsync(WorkerStreams.Logs(order.ContainerId) + "?tty=1&" + query);
    }
}
