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

    public Task StartAsync(string id, CancellationToken cancellation) => RunAsync(["start", id], cancellation);

    public Task PauseAsync(string id, CancellationToken cancellation) => RunAsync(["pause", id], cancellation);

    public Task ResumeAsync(string id, CancellationToken cancellation) => RunAsync(["resume", id], cancellation);

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

    private async Task RunAsync(IReadOnlyList<string> command, CancellationToken cancellation)
    {
        var result = await Child.RunAsync(Program, [.. GlobalArguments, .. command], cancellation);
        if (result.ExitCode != 0)
            throw new RuntimeException(result.Output.Trim());
    }
}
