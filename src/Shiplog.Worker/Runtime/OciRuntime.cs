using Shiplog.Contracts;
using Shiplog.Worker.Linux;

namespace Shiplog.Worker.Runtime;

/// <summary>crun(1), or runc(8) with the same commands.</summary>
internal sealed class OciRuntime(Instance instance)
{
    /// <summary>Where the runtime keeps its own notes on containers.</summary>
    private readonly string _root = Path.Combine(instance.RunFolder, "runtime");

    public string Name => instance.Settings.Runtime;

    public string Program { get; } = Programs.Find(instance.Settings.Runtime);

    /// <summary>crun takes a compiled seccomp filter, runc only rules.</summary>
    public bool TakesCompiledFilter => Name == "crun";

    public IReadOnlyList<string> GlobalArguments => ["--root=" + _root];

    /// <summary>Lets a container that was made run its program.</summary>
    public async Task StartAsync(string id, CancellationToken cancellation)
    {
        if (!TryReleaseCrun(id))
            await RunAsync(["start", id], cancellation);
    }

    public Task PauseAsync(string id, CancellationToken cancellation) => RunAsync(["pause", id], cancellation);

    public Task ResumeAsync(string id, CancellationToken cancellation) => RunAsync(["resume", id], cancellation);

    /// <summary>
    /// Clears up after a container whose first process has ended and been collected, and with it, since it was the first of
    /// its pid namespace, every other.
    /// </summary>
    /// <param name="cgroup">As the runtime was given it.</param>
    public async Task ClearAsync(string id, string cgroup, CancellationToken cancellation)
    {
        // What crun and runc have of a container by now is empty groups and a folder of notes: taken away here that costs
        // half a millisecond instead of a process. Where anything is not as expected the runtime looks after it.
        if (!Cgroups.TryRemove(cgroup))
            await DeleteAsync(id, cancellation);
        // A reboot has taken the notes as well.
        else if (Path.Combine(_root, id) is var notes && Directory.Exists(notes))
            Directory.Delete(notes, recursive: true);
    }

    /// <summary>Kills what still runs and removes cgroup and notes; a container that is not known is no error.</summary>
    public async Task DeleteAsync(string id, CancellationToken cancellation)
    {
        if (Directory.Exists(Path.Combine(_root, id)))
            await RunAsync(["delete", "--force", id], cancellation);
    }

    /// <summary>Ids of the containers that the runtime knows.</summary>
    public IEnumerable<string> Known() =>
        Directory.Exists(_root) ? Directory.GetDirectories(_root).Select(d => Path.GetFileName(d)) : [];

    /// <summary><c>crun 1.8.1</c>.</summary>
    public async Task<string> VersionAsync(CancellationToken cancellation)
    {
        var result = await Child.RunAsync(Program, ["--version"], cancellation);
        return result.Output.Split('\n')[0].Replace(" version ", " ", StringComparison.Ordinal).Trim();
    }

    // All that "crun start" does for a container without hooks is to write a byte to this pipe, which its init process waits
    // for, and to remove the pipe, which says to crun that the container has been started (crun: libcrun/status.c). A process
    // costs twenty times as much. False where the pipe is not as expected: then crun does it, and says what is wrong.
    private bool TryReleaseCrun(string id)
    {
        if (Name != "crun")
            return false;
        var path = Path.Combine(_root, id, "exec.fifo");
        using var pipe = Interop.Open(path, Interop.O_WRONLY | Interop.O_NONBLOCK | Interop.O_CLOEXEC, 0);
        if (pipe.IsInvalid)
            return false;
        File.Delete(path);
        return Interop.Write(pipe, [0], 1) == 1;
    }

    private async Task RunAsync(IReadOnlyList<string> command, CancellationToken cancellation)
    {
        var result = await Child.RunAsync(Program, [.. GlobalArguments, .. command], cancellation);
        if (result.ExitCode != 0)
            throw new RuntimeException(result.Output.Trim());
    }
}
