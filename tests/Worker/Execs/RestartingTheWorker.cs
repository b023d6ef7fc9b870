using Shiplog.Contracts.Orders;
using Shiplog.Worker.Execs;
using Shiplog.Worker.Tests.Harness;
using Shouldly;

namespace Shiplog.Worker.Tests.Execs;

/// <summary>The worker is killed while programs run beside a container's own.</summary>
public sealed class RestartingTheWorker(SharedWorker shared) : IClassFixture<SharedWorker>
{
    private readonly WorkerHost _host = shared.Host;

    [Fact]
    public async Task Leaves_them_running_and_reports_their_ends_truly()
    {
        await using var box = await Box.StartAsync(_host);
        var exec = Box.Program("sh", "-c", "while test ! -e /tmp/go; do sleep 0.05; done; exit 9") with { Attached = false };
        (await box.OrderAsync(exec)).Failure.ShouldBeNull();
        await _host.KillWorkerAsync();
        await _host.StartWorkerAsync();
        (await box.RunAsync("touch", "/tmp/go")).Code.ShouldBe(0);
        (await EndAsync(exec)).ExitCode.ShouldBe(9);
        await OnceAsync(exec);
    }

    [Fact]
    public async Task Reports_an_end_that_came_meanwhile_with_its_true_time()
    {
        await using var box = await Box.StartAsync(_host);
        var exec = Box.Program("sh", "-c", "sleep 0.5; exit 7") with { Attached = false };
        await box.OrderAsync(exec);
        var paths = new ExecPaths(_host.Paths(box.Id), exec.Id);
        await _host.KillWorkerAsync();
        await WaitAsync(() => File.Exists(paths.ExitFile));
        var ended = File.GetLastWriteTimeUtc(paths.ExitFile);
        await _host.StartWorkerAsync();
        var exited = await EndAsync(exec);
        exited.ExitCode.ShouldBe(7);
        exited.At.UtcDateTime.ShouldBe(ended);
        await OnceAsync(exec);
        Directory.Exists(paths.Folder).ShouldBeFalse();
    }

    [Fact]
    public async Task Takes_a_program_for_started_that_runs_though_nobody_reported_it()
    {
        await using var box = await Box.StartAsync(_host);
        var exec = Box.Program("sleep", "300") with { Attached = false };
        await box.OrderAsync(exec);
        var paths = new ExecPaths(_host.Paths(box.Id), exec.Id);
        await _host.KillWorkerAsync();
        // As it is on disk between the program's start and the report.
        var pid = ExecRecord.Load(paths.State)!.Pid;
        new ExecRecord("never-reported-" + exec.Id, 0, 0).Save(paths.State);
        await _host.StartWorkerAsync();
        var batch = await BatchAsync("never-reported-" + exec.Id);
        batch.Reports.OfType<ExecStartedReport>().ShouldHaveSingleItem().Pid.ShouldBe(pid);
        (await _host.Server.SendAsync(new StartExec("never-reported-" + exec.Id, box.Id, exec.Id, null))).Failure.ShouldBeNull();
    }

    [Fact]
    public async Task Fails_the_start_of_one_that_does_not_run()
    {
        await using var box = await Box.StartAsync(_host);
        await _host.KillWorkerAsync();
        var paths = new ExecPaths(_host.Paths(box.Id), new string('a', 64));
        Directory.CreateDirectory(paths.Folder);
        new ExecRecord("begun-" + box.Id, 0, 0).Save(paths.State);
        await _host.StartWorkerAsync();
        var batch = await BatchAsync("begun-" + box.Id);
        batch.Reports.OfType<OrderFailedReport>().ShouldHaveSingleItem().Failure.Kind.ShouldBe(FailureKind.Interrupted);
        Directory.Exists(paths.Folder).ShouldBeFalse();
        (await _host.Server.SendAsync(new StartExec("begun-" + box.Id, box.Id, paths.Id, null))).Failure!.Kind.ShouldBe(FailureKind.Interrupted);
    }

    [Fact]
    public async Task Gives_255_and_ends_the_program_where_what_held_it_was_killed()
    {
        await using var box = await Box.StartAsync(_host);
        var exec = Box.Program("sleep", "300") with { Attached = false };
        await box.OrderAsync(exec);
        var paths = new ExecPaths(_host.Paths(box.Id), exec.Id);
        var holder = File.ReadAllText(Path.Combine(paths.Folder, "conmon.pid"));
        var pid = ExecRecord.Load(paths.State)!.Pid;
        using (System.Diagnostics.Process.Start("kill", ["-KILL", holder]))
            (await EndAsync(exec)).ExitCode.ShouldBe(255);
        await WaitAsync(() => !Directory.Exists($"/proc/{pid}") || File.ReadAllText($"/proc/{pid}/status").Contains("State:\tZ", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Does_not_report_again_an_end_that_was_reported_with_the_start()
    {
        await using var box = await Box.StartAsync(_host);
        var exec = await box.RunUntilToldInOneAsync("true");
        await _host.KillWorkerAsync();
        // As it is on disk between the report and the removal of the exec's folder.
        var paths = new ExecPaths(_host.Paths(box.Id), exec.Id);
        Directory.CreateDirectory(paths.Folder);
        new ExecRecord("exec-" + exec.Id, 0, 0).Save(paths.State);
        File.WriteAllText(paths.ExitFile, "0");
        await _host.StartWorkerAsync();
        await WaitAsync(() => !Directory.Exists(paths.Folder));
        await OnceAsync(exec);
    }

    private Task<ExecExitedReport> EndAsync(Program exec) => _host.Server.ReceivedAsync<ExecExitedReport>(r => r.ExecId == exec.Id);

    private async Task<ReportBatch> BatchAsync(string commandId)
    {
        await WaitAsync(() => _host.Server.Batches.Any(b => b.CommandId == commandId));
        return _host.Server.Batches.First(b => b.CommandId == commandId);
    }

    // Once more, to see that nothing is told twice.
    private async Task OnceAsync(Program exec)
    {
        await _host.KillWorkerAsync();
        await _host.StartWorkerAsync();
        _host.Server.Reports.OfType<ExecStartedReport>().Count(r => r.ExecId == exec.Id).ShouldBe(1);
        _host.Server.Reports.OfType<ExecExitedReport>().Count(r => r.ExecId == exec.Id).ShouldBe(1);
    }

    private static async Task WaitAsync(Func<bool> condition)
    {
        for (var end = DateTime.UtcNow.AddSeconds(30); !condition();)
        {
            DateTime.UtcNow.ShouldBeLessThan(end, "it did not come about");
            await Task.Delay(20, TestContext.Current.CancellationToken);
        }
    }
}
