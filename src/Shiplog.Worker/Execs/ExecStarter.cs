using System.Diagnostics;
using Shiplog.Contracts.Orders;
using Shiplog.Worker.Lifecycle;
using Shiplog.Worker.Linux;
using Shiplog.Worker.Orders;
using Shiplog.Worker.Runtime;
using Shiplog.Worker.Streams;

namespace Shiplog.Worker.Execs;

/// <summary>Runs a program beside a container's own.</summary>
internal sealed class ExecStarter(
    Lifecycle.Containers containers, RunningExecs execs, Conmon conmon, Sessions sessions, ExecWatch watch, TimeProvider time)
{
    private const string Step = "StartExec";

    // Docker's exit code for an exec that could not be started for no reason of its program's.
    private const int NotStarted = 126;

    // What takes longer hangs in the kernel (a working directory on a file system that does not answer), and its container
    // could not be stopped meanwhile.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    // What ends this soon is told together with its start: its client waits for one transaction instead of two.
    private static readonly TimeSpan AtOnce = TimeSpan.FromMilliseconds(10);

    private readonly string[] _all = Capabilities.Resolve(["ALL"], [], Capabilities.Own());

    /// <summary>Needs the container's turn.</summary>
    public async Task<OrderResult> StartAsync(StartExec order)
    {
        try
        {
            return await RunAsync(order);
        }
        catch
        {
            // Whoever is attached waits for the end.
            sessions.FinishExec(order.ExecId);
            throw;
        }
    }

    private async Task<OrderResult> RunAsync(StartExec order)
    {
        var paths = new ExecPaths(containers.Paths(order.ContainerId), order.ExecId);
        var process = order.Process
            ?? throw Refused(FailureKind.Interrupted, "interrupted before the program was started: run it again");
        var container = containers.Find(order.ContainerId)
            ?? throw Refused(FailureKind.Conflict, $"container {order.ContainerId} is not running");
        if (container.Record.Paused)
            throw Refused(FailureKind.Conflict, $"Container {order.ContainerId} is paused, unpause the container before exec");

        Cgroups.PrepareMove();
        var (began, at) = (Stopwatch.GetTimestamp(), time.GetUtcNow());
        var run = new ExecRun(paths, new ExecRecord(order.CommandId, 0, 0));
        // Known before it runs: whoever is attached sees its end as soon as it comes.
        execs.Add(run);
        try
        {
            await StartAsync(run, container.Record.Order.Process, process);
        }
        catch (Exception e)
        {
            Undo(run);
            throw Explain(e, process);
        }

        var started = new ExecStartedReport(
            order.ContainerId, order.ExecId, run.Record.Pid, Stopwatch.GetElapsedTime(began), at);
        return process.Attached && await watch.EndedWithinAsync(run, AtOnce) is { } ended
            ? new OrderResult([started, ended], () => ExecWatch.Clear(run), recorded => watch.Ended(run, recorded), order.CommandId)
            : new OrderResult([started], Queued: _ => watch.Watch(run));
    }

    private async Task StartAsync(ExecRun run, ContainerProcess own, ExecProcess process)
    {
        var paths = run.Paths;
        Directory.CreateDirectory(paths.Folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        run.Record.Save(paths.State);
        // The image's files, not what may be mounted over them, as Docker does.
        var user = ContainerUser.Resolve(process.User, paths.Container.Merged, own.GroupAdd);
        File.WriteAllBytes(paths.Spec, ExecSpec.Serialize(ExecSpec.Plan(ExecSpec.Own(paths.Container.Bundle), own, process, user, _all)));
        using var patience = new CancellationTokenSource(Patience, time);
        var pid = await conmon.ExecAsync(
            new ConmonExec(paths.Container.Id, paths.Id, paths.Folder, paths.Spec, paths.PidFile, paths.RuntimeLog, process.Tty, process.OpenStdin),
            process.Attached ? () => sessions.ForExec(paths.Id).Made(paths.Folder, closesInput: !process.Tty) : null, patience.Token);
        run.Record = run.Record with { Pid = pid, PidTicks = PidHandle.StartTicks(pid) };
        run.Record.Save(paths.State);
        File.Delete(paths.Spec);
    }

    private void Undo(ExecRun run)
    {
        // Where it hangs, conmon still holds it.
        Conmon.Kill(run.Paths.Folder);
        execs.Remove(run, Task.CompletedTask);
        if (Directory.Exists(run.Paths.Folder))
            Directory.Delete(run.Paths.Folder, recursive: true);
    }

    private static OrderException Explain(Exception e, ExecProcess process) => e switch
    {
        RuntimeException => new OrderException(RuntimeErrors.ExplainExec(Step, process.Args[0], process.WorkingDirectory, e.Message), inner: e),
        OperationCanceledException => Refused(FailureKind.Internal, $"the program could not be started within {Patience.TotalSeconds} s", e),
        FormatException or InvalidDataException => Refused(FailureKind.Invalid, e.Message, e),
        _ => Refused(FailureKind.Internal, e.Message, e),
    };

    private static OrderException Refused(FailureKind kind, string message, Exception? inner = null) =>
        new(new OrderFailure(Step, kind, message, NotStarted), inner: inner);
}
