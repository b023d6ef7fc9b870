using System.Globalization;
using Shiplog.Contracts.Orders;
using Shiplog.Worker.Lifecycle;
using Shiplog.Worker.Tests.Harness;
using Shouldly;

namespace Shiplog.Worker.Tests.Lifecycle;

public sealed class RestartingTheWorker(SharedWorker shared) : IClassFixture<SharedWorker>
{
    private readonly WorkerHost _host = shared.Host;

    [Fact]
    public async Task Leaves_containers_running_and_takes_them_up_again()
    {
        var order = await StartAsync(["sh", "-c", "trap 'exit 4' TERM; while :; do sleep 0.05; done"]);
        await _host.KillWorkerAsync();
        await _host.StartWorkerAsync();
        (await _host.Server.SendAsync(new StopContainer("stop-" + order.ContainerId, order.ContainerId, null, 10))).Failure.ShouldBeNull();
        ExitOf(order).ExitCode.ShouldBe(4);
        Exits(order).ShouldBe(1);
    }

    [Fact]
    public async Task Reports_an_end_that_came_meanwhile_with_its_true_time()
    {
        var began = DateTimeOffset.UtcNow;
        var order = await StartAsync(["sh", "-c", "sleep 0.5; exit 9"]);
        await _host.KillWorkerAsync();
        await WaitForAsync(() => File.Exists(_host.Paths(order.ContainerId).ExitFile));
        var ended = DateTimeOffset.UtcNow;
        await Task.Delay(1500, TestContext.Current.CancellationToken);
        await _host.StartWorkerAsync();
        var exited = await _host.Server.ReceivedAsync<ContainerExitedReport>(r => r.ContainerId == order.ContainerId);
        exited.ExitCode.ShouldBe(9);
        exited.At.ShouldBeInRange(began, ended + TimeSpan.FromSeconds(1));
    }

    [Fact]
    public async Task Never_tells_of_an_end_before_the_start()
    {
        var order = await StartAsync(["sh", "-c", "sleep 0.5; exit 9"]);
        await _host.KillWorkerAsync();
        var file = _host.Paths(order.ContainerId).ExitFile;
        await WaitForAsync(() => File.Exists(file));
        // As the kernel's clock for files does with a short life.
        File.SetLastWriteTimeUtc(file, DateTime.UtcNow.AddMinutes(-1));
        await _host.StartWorkerAsync();
        var exited = await _host.Server.ReceivedAsync<ContainerExitedReport>(r => r.ContainerId == order.ContainerId);
        exited.At.ShouldBe(_host.Server.Reports.OfType<ContainerStartedReport>().Single(r => r.ContainerId == order.ContainerId).At);
    }

    [Fact]
    public async Task Gently_ends_with_code_zero_and_leaves_containers_alone()
    {
        var order = await StartAsync(["sleep", "60"]);
        (await _host.StopWorkerAsync()).ShouldBe(0);
        IsAlive(PidOf(order)).ShouldBeTrue();
        await _host.StartWorkerAsync();
        await _host.Server.SendAsync(new KillContainer("kill-" + order.ContainerId, order.ContainerId, "KILL"));
        ExitOf(order).ExitCode.ShouldBe(137);
    }

    [Fact]
    public async Task Answers_a_repeated_order_without_a_second_effect()
    {
        var order = await StartAsync(["true"]);
        await _host.Server.ReceivedAsync<ContainerExitedReport>(r => r.ContainerId == order.ContainerId);
        await _host.KillWorkerAsync();
        await _host.StartWorkerAsync();
        (await _host.Server.SendAsync(order)).Failure.ShouldBeNull();
        _host.Server.Reports.OfType<ContainerStartedReport>().Count(r => r.ContainerId == order.ContainerId).ShouldBe(1);
    }

    [Fact]
    public async Task Undoes_a_start_that_was_half_done_and_fails_its_command()
    {
        var order = await StartAsync(["sleep", "60"]);
        await _host.KillWorkerAsync();
        // As it is on disk between the program's start and the report: nothing says that it was reported.
        var again = order with { CommandId = "never-reported-" + order.ContainerId };
        var paths = _host.Paths(order.ContainerId);
        (ContainerRecord.Load(paths.State)! with { Phase = RunPhase.Starting, Order = again }).Save(paths.State, durable: false);
        await _host.StartWorkerAsync();
        var failed = await _host.Server.ReceivedAsync<OrderFailedReport>(r => r.Subject == order.ContainerId);
        failed.Failure.Kind.ShouldBe(FailureKind.Interrupted);
        _host.Server.Batches.ShouldContain(b => b.CommandId == again.CommandId);
        IsAlive(PidOf(order)).ShouldBeFalse();
        _host.Namespaces.Run("cat", "/proc/self/mountinfo").ShouldNotContain(order.ContainerId);
        (await _host.Server.SendAsync(again)).Failure!.Kind.ShouldBe(FailureKind.Interrupted);
    }

    [Fact]
    public async Task Gives_255_where_nobody_saw_the_end()
    {
        var order = await StartAsync(["sleep", "60"]);
        await _host.KillWorkerAsync();
        var record = ContainerRecord.Load(_host.Paths(order.ContainerId).State)!;
        using (System.Diagnostics.Process.Start("kill", ["-KILL", $"{record.ConmonPid}", $"{record.Pid}"]))
            await WaitForAsync(() => !Directory.Exists($"/proc/{record.ConmonPid}"));
        await _host.StartWorkerAsync();
        (await _host.Server.ReceivedAsync<ContainerExitedReport>(r => r.ContainerId == order.ContainerId)).ExitCode.ShouldBe(255);
    }

    [Fact]
    public async Task Notices_at_once_when_the_process_that_holds_a_container_is_killed()
    {
        var order = await StartAsync(["sleep", "60"]);
        var record = ContainerRecord.Load(_host.Paths(order.ContainerId).State)!;
        using (System.Diagnostics.Process.Start("kill", ["-KILL", $"{record.ConmonPid}"]))
            (await _host.Server.ReceivedAsync<ContainerExitedReport>(r => r.ContainerId == order.ContainerId)).ExitCode.ShouldBe(255);
        IsAlive(record.Pid).ShouldBeFalse();
    }

    [Fact]
    public async Task Removes_what_no_journal_explains_and_says_so()
    {
        await StartAsync(["true"]);
        await _host.KillWorkerAsync();
        var stray = _host.Paths("stray");
        Directory.CreateDirectory(stray.Merged);
        _host.Namespaces.Run("mount", "-t", "tmpfs", "tmpfs", stray.Merged);
        File.WriteAllText(stray.NetworkNamespace, "");
        _host.Namespaces.Run("ip", "link", "add", "veth-stray", "type", "veth", "peer", "name", "veth-stray2");
        _host.Namespaces.Run("ip", "link", "set", "veth-stray", "master", _host.Instance.Bridge);
        await _host.StartWorkerAsync();
        var reconciled = await _host.Server.ReceivedAsync<HostReconciledReport>(r => r.Found.Any(f => f.Contains("stray", StringComparison.Ordinal)));
        reconciled.Found.ShouldContain($"mount {stray.Merged}");
        reconciled.Found.ShouldContain($"network namespace {stray.NetworkNamespace}");
        reconciled.Found.ShouldContain("interface veth-stray");
        reconciled.Repaired.ShouldAllBe(r => r.EndsWith(": removed"));
        _host.Namespaces.Run("ip", "-o", "link").ShouldNotContain("veth-stray");
    }

    [Fact]
    public async Task Delivers_what_the_server_could_not_take_once_it_can()
    {
        await _host.Server.StopAsync();
        await _host.KillWorkerAsync();
        await _host.StartWorkerAsync();
        await _host.KillWorkerAsync();
        await _host.StartWorkerAsync();
        var before = _host.Server.Reports.OfType<WorkerStartedReport>().Count();
        await _host.Server.StartAsync();
        await WaitForAsync(() => _host.Server.Reports.OfType<WorkerStartedReport>().Count() == before + 2);
        foreach (var epoch in _host.Server.Batches.GroupBy(b => b.Epoch))
        {
            var numbers = epoch.Select(b => b.Number).Distinct().Order().ToList();
            numbers.ShouldBe(Enumerable.Range(1, numbers.Count).Select(i => (long)i));
        }

    }

    private async Task<StartContainer> StartAsync(string[] args)
    {
        var order = _host.Start(args, host: 20);
        (await _host.Server.SendAsync(order)).Failure.ShouldBeNull();
        return order;
    }

    private int PidOf(StartContainer order) =>
        _host.Server.Reports.OfType<ContainerStartedReport>().First(r => r.ContainerId == order.ContainerId).Pid;

    private ContainerExitedReport ExitOf(StartContainer order) =>
        _host.Server.Reports.OfType<ContainerExitedReport>().First(r => r.ContainerId == order.ContainerId);

    private int Exits(StartContainer order) =>
        _host.Server.Reports.OfType<ContainerExitedReport>().Count(r => r.ContainerId == order.ContainerId);

    // One that has ended may still wait for init to collect it.
    private static bool IsAlive(int pid) =>
        Directory.Exists($"/proc/{pid}") && !File.ReadAllText($"/proc/{pid}/status").Contains("State:\tZ", StringComparison.Ordinal);

    private static async Task WaitForAsync(Func<bool> condition)
    {
        for (var i = 0; !condition(); i++)
        {
            i.ShouldBeLessThan(500, string.Create(CultureInfo.InvariantCulture, $"not within {i * 20} ms"));
            await Task.Delay(20);
        }
    }
}
