using Shiplog.Worker.Linux;

namespace Shiplog.Worker.Runtime;

/// <summary>What conmon is told about a program beside a container's own.</summary>
/// <param name="Folder">Conmon's folder for its socket (<c>attach</c>), its pipe (<c>ctl</c>) and the exit file.</param>
/// <param name="Spec">What is to be run (OCI runtime specification, "process").</param>
/// <param name="PidFile">Written when it runs.</param>
/// <param name="RuntimeLog">Where the runtime says why it could not run it.</param>
internal sealed record ConmonExec(
    string ContainerId, string Id, string Folder, string Spec, string PidFile, string RuntimeLog, bool Tty, bool OpenStdin);

internal sealed partial class Conmon
{
    /// <summary>Runs a program in a container that runs.</summary>
    /// <param name="connect">
    /// Called when the socket is there and nothing runs yet, so that whoever connects gets the first byte; <see langword="null"/>
    /// where nobody does.
    /// </param>
    /// <returns>The program's process id.</returns>
    /// <exception cref="RuntimeException">The runtime could not run it; the message is the runtime's.</exception>
    public async Task<int> ExecAsync(ConmonExec exec, Action? connect, CancellationToken cancellation)
    {
        var (sync, theirSync) = Child.SocketPair();
        var (start, theirStart) = Child.SocketPair();
        var (attach, theirAttach) = Child.SocketPair();
        using (sync)
        using (start)
        using (attach)
        {
            int pid;
            using (theirSync)
            using (theirStart)
            using (theirAttach)
            {
                string[] pipes = connect is null ? [] : ["_OCI_STARTPIPE=4", "_OCI_ATTACHPIPE=5"];
                pid = Child.Spawn(
                    _program, Arguments(exec, connect is not null), [Child.Path, "_OCI_SYNCPIPE=3", "TMPDIR=" + _terminals, .. pipes],
                    exec.Folder, [theirSync, theirStart, theirAttach]);
            }

            if (connect is not null)
            {
                // It waits twice: before it begins at all, and between its socket and the program.
                await start.SendAsync(new byte[1], cancellation);
                await ReadLineAsync(attach, cancellation);
                connect();
                await start.SendAsync(new byte[1], cancellation);
            }

            var answer = await ReadLineAsync(sync, cancellation);
            await Child.ReapAsync(pid);
            // With a terminal conmon does not learn what the runtime said.
            return answer.Length > 0 || !File.Exists(exec.RuntimeLog)
                ? Read(answer, exec.ContainerId)
                : throw new RuntimeException(File.ReadAllText(exec.RuntimeLog).Trim());
        }
    }

    /// <summary>Ends the conmon that works in this folder, if one does, by force.</summary>
    public static void Kill(string folder)
    {
        if (Running(folder) is not { } pid)
            return;
        using var handle = PidHandle.Open(pid, PidHandle.StartTicks(pid));
        handle?.Signal(Signals.SIGKILL);
    }

    private List<string> Arguments(ConmonExec exec, bool attached)
    {
        List<string> arguments =
        [
            "--api-version", "1", "--exec", "--exec-process-spec", exec.Spec, "-c", exec.ContainerId, "-u", exec.Id, "-n", exec.Id,
            "-r", runtime.Program, "-b", exec.Folder, "-p", exec.PidFile, "-P", PidFile(exec.Folder), "--exit-dir", exec.Folder,
            "-l", "none", "--full-attach", "--log-level", "error", "--no-sync-log", "--runtime-arg", "--log=" + exec.RuntimeLog,
        ];
        foreach (var argument in runtime.GlobalArguments)
            arguments.AddRange(["--runtime-arg", argument]);
        if (attached)
            arguments.Add("--exec-attach");
        if (exec.OpenStdin)
            arguments.Add("-i");
        // A terminal's input is never closed; a pipe's is with its client's.
        if (exec.Tty)
            arguments.AddRange(["-t", "--leave-stdin-open"]);
        return arguments;
    }
}
