using System.Net.Http.Json;
using Shiplog.Contracts.Orders;
using Shiplog.Worker.Orders;
using Shiplog.Worker.Runtime;
using Shiplog.Worker.Tests.Execs;
using Shiplog.Worker.Tests.Harness;
using Shouldly;

namespace Shiplog.Worker.Tests.Runtime;

public sealed class ShowingProcesses(SharedWorker shared) : IClassFixture<SharedWorker>
{
    private readonly WorkerHost _host = shared.Host;

    [Fact]
    public async Task Only_the_containers_own_are_shown()
    {
        await using var box = await Box.StartAsync(_host);
        await box.OrderAsync(Box.Program("sleep", "777") with { Attached = false });
        var table = await TopAsync(box, "");
        table.Titles.ShouldBe(["UID", "PID", "PPID", "C", "STIME", "TTY", "TIME", "CMD"]);
        table.Processes.Select(p => p[^1]).Order().ShouldBe(["sleep 1000", "sleep 777"]);
    }

    [Fact]
    public async Task Columns_are_those_asked_for()
    {
        await using var box = await Box.StartAsync(_host);
        var table = await TopAsync(box, "-o pid,args");
        table.Titles.ShouldBe(["PID", "COMMAND"]);
        table.Processes.ShouldHaveSingleItem()[1].ShouldBe("sleep 1000");
        (await TopAsync(box, "axf")).Processes.ShouldHaveSingleItem()[^1].ShouldContain("sleep 1000");
    }

    [Theory]
    [InlineData("-o args", "Couldn't find PID field in ps output")]
    [InlineData("-o pid,comm=PID -o comm=PID", "is not allowed")]
    [InlineData("-Q", "ps: ")]
    public async Task What_shows_no_process_ids_is_refused(string arguments, string message)
    {
        await using var box = await Box.StartAsync(_host);
        using var http = _host.Server.Http();
        using var answer = await http.GetAsync(
            $"{WorkerStreams.Top(box.Id)}?ps_args={Uri.EscapeDataString(arguments)}", TestContext.Current.CancellationToken);
        ((int)answer.StatusCode).ShouldBe(500);
        (await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)).ShouldContain(message);
    }

    [Fact]
    public void Threads_follow_their_process()
    {
        var table = ProcessTable.Parse("PID LWP CMD\n 7 - one two  three\n - 7 -\n 8 - other\n - 8 -\n", new HashSet<int> { 7 });
        table.Processes.ShouldBe([["7", "-", "one two three"], ["-", "7", "-"]]);
        Should.Throw<OrderException>(() => ProcessTable.Parse("CMD\n x\n", new HashSet<int>()));
    }

    private async Task<ProcessTable> TopAsync(Box box, string arguments)
    {
        using var http = _host.Server.Http();
        return (await http.GetFromJsonAsync<ProcessTable>(
            $"{WorkerStreams.Top(box.Id)}?ps_args={Uri.EscapeDataString(arguments)}", TestContext.Current.CancellationToken))!;
    }
}
