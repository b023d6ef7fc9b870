using System.Diagnostics;

namespace Shiplog.Worker.Tests.Harness;

/// <summary>A network and a mount namespace of a test's own, held by a process that waits.</summary>
internal sealed class Namespaces : IDisposable
{
    // crun 1.8 refuses a machine that mounts cgroup v1 hierarchies and a cgroup2 beside them.
    private const string Prepare =
        "mount --make-rprivate / && ip link set lo up && "
        + "{ ! mountpoint -q /sys/fs/cgroup/memory || ! mountpoint -q /sys/fs/cgroup/unified || umount /sys/fs/cgroup/unified; } && "
        + "echo ready && exec cat";

    private readonly Process _holder;

    public Namespaces()
    {
        // It ends with its input, that is, with the test's process at the latest.
        _holder = Process.Start(new ProcessStartInfo("unshare", ["--mount", "--net", "sh", "-c", Prepare])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        })!;
        if (_holder.StandardOutput.ReadLine() != "ready")
            throw new InvalidOperationException("the test's namespaces could not be made: tests of the kernel need root");
    }

    /// <summary>Of the process that holds them.</summary>
    public int Pid => _holder.Id;

    /// <summary>Starts a program inside.</summary>
    public Process Start(string program, IEnumerable<string> arguments, Action<ProcessStartInfo>? configure = null)
    {
        var info = new ProcessStartInfo("nsenter", ["-t", $"{_holder.Id}", "--mount", "--net", program, .. arguments]);
        configure?.Invoke(info);
        return Process.Start(info)!;
    }

    /// <summary>Runs a program inside to its end and returns what it printed.</summary>
    public string Run(string program, params string[] arguments)
    {
        using var process = Start(program, arguments, info => info.RedirectStandardOutput = info.RedirectStandardError = true);
        var error = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0
            ? output
            : throw new InvalidOperationException($"{program} {string.Join(' ', arguments)}: {error.GetAwaiter().GetResult()}");
    }

    public void Dispose()
    {
        _holder.Kill();
        _holder.WaitForExit();
        _holder.Dispose();
    }
}
