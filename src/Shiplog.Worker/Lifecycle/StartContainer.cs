using System.Diagnostics;
using System.Text.Json;
using Shiplog.Contracts;
using Shiplog.Contracts.Orders;
using Shiplog.Worker.Linux;
using Shiplog.Worker.Network;
using Shiplog.Worker.Orders;
using Shiplog.Worker.Runtime;
using Shiplog.Worker.Streams;

namespace Shiplog.Worker.Lifecycle;

/// <summary>Step 6: the program runs, by the runtime, under conmon.</summary>
internal sealed class StartContainerStep(
    Instance instance, Conmon conmon, OciRuntime runtime, SeccompCompiler seccomp, NamespaceSharing sharing, Sessions sessions, ProcessEnds ends,
    TimeProvider time)
    : IStep
{
    // Longer than conmon ever takes to write its exit file and end.
    private static readonly TimeSpan ConmonsLastMoments = TimeSpan.FromSeconds(5);

    private readonly IReadOnlySet<string> _ownCapabilities = Capabilities.Own();

    public string Name => "StartContainer";

    public bool AppliesTo(StartContainer order) => true;

    public async Task<Report?> DoAsync(StartContext start, CancellationToken cancellation)
    {
        var began = Stopwatch.GetTimestamp();
        var (container, process) = (start.Container, start.Order.Process);
        var session = sessions.For(container.Id);
        var size = session.Size ?? (process.ConsoleWidth, process.ConsoleHeight);
        var mounts = start.Order.Mounts is { } asked ? Destinations.Resolve(asked, container.Merged, OciKernelMounts.Points) : [];
        var spec = WriteBundle(start, mounts, size);
        DateTimeOffset at;
        try
        {
            var created = await conmon.CreateAsync(Options(container, process), cancellation);
            // Before, not after: a program may have ended by the time the runtime is done.
            at = time.GetUtcNow();
            start.Record = start.Record with
            {
                Pid = created.Pid,
                PidTicks = PidHandle.StartTicks(created.Pid),
                ConmonPid = created.ConmonPid,
                ConmonTicks = PidHandle.StartTicks(created.ConmonPid),
                StartedAt = at,
            };
            start.Record.Save(container.State, durable: false);
            if (mounts is not [])
                MountCheck.Verify(MountEntry.Read($"{created.Pid}"), Staged(container), mounts, spec.Linux);
            session.Made(container.Bundle, closesInput: process is { StdinOnce: true, Tty: false });
            if (process.Tty && session.Size is { } later && later != size)
                Terminal.Resize(container.Bundle, later.Width, later.Height);
            await runtime.StartAsync(container.Id, cancellation);
        }
        catch (RuntimeException e)
        {
            throw new OrderException(RuntimeErrors.Explain(Name, process.Args[0], e.Message), inner: e);
        }

        return new ContainerStartedReport(
            container.Id, start.Record.Pid, runtime.Name, Stopwatch.GetElapsedTime(began), at);
    }

    public async Task<Report?> UndoAsync(ContainerPaths container, StartContainer order, CancellationToken cancellation)
    {
        sessions.Finish(container.Id);
        await runtime.DeleteAsync(container.Id, cancellation);
        if (Conmon.Running(container.Bundle) is { } conmonPid)
        {
            // Its exit file must not be taken for that of the container's next run.
            await ends.Of(conmonPid, PidHandle.StartTicks(conmonPid)).WaitAsync(ConmonsLastMoments, time, cancellation);
        }

        RemoveBundle(container);
        File.Delete(container.ExitFile);
        return null;
    }

    public static void RemoveBundle(ContainerPaths container)
    {
        if (Directory.Exists(container.Bundle))
            Directory.Delete(container.Bundle, recursive: true);
    }

    private static ConmonOptions Options(ContainerPaths container, ContainerProcess process) => new(
        container.Id, container.Bundle, Path.GetDirectoryName(container.ExitFile)!,
        process.LogDriver == "none" ? null : container.Log, process.Tty, process.OpenStdin,
        // A terminal's input is never closed; a pipe's is with the first writer, if he asked for that.
        KeepStdin: process.Tty || !process.StdinOnce, process.Journal);

    private OciSpec WriteBundle(StartContext start, ContainerMount[] mounts, (int Width, int Height) size)
    {
        var (container, order) = (start.Container, start.Order);
        RemoveBundle(container);
        Directory.CreateDirectory(container.Bundle);
        if (order.NetworkOf is null)
            WriteEtc(container, order);
        var spec = OciConfig.Plan(Inputs(container, order with { Mounts = mounts }, size));
        File.WriteAllBytes(
            Path.Combine(container.Bundle, "config.json"), JsonSerializer.SerializeToUtf8Bytes(spec, OciJson.Default.OciSpec));
        return spec;
    }

    private OciInputs Inputs(ContainerPaths container, StartContainer order, (int Width, int Height) size)
    {
        var shared = sharing.Resolve(container, order);
        OwnLimits.Check(order.Process, _ownCapabilities);
        var confinement = order.Confinement ?? new ContainerConfinement();
        var capabilities = confinement.Privileged
            ? [.. _ownCapabilities]
            : Capabilities.Resolve(order.Process.CapAdd, order.Process.CapDrop, _ownCapabilities);
        // A privileged container is filtered only where a profile is asked for.
        var filtered = confinement.Seccomp is not "unconfined" && !(confinement.Privileged && confinement.Seccomp is null);
        OciDevice[] devices = [.. confinement.Privileged ? HostDevices.All() : [], .. (confinement.Devices ?? [])
            .Where(d => !confinement.Privileged || d.HostPath != d.Path).SelectMany(HostDevices.Granted)];
        return new OciInputs(
            order, container.Merged, shared.Etc ?? container.Folder, Sources(container, order.Mounts!), order.Network == NetworkMode.Host ? null : shared.Network ?? container.NetworkNamespace,
            ContainerUser.Resolve(order.Process.User, container.Merged, order.Process.GroupAdd), capabilities, container.Cgroup(order.CgroupParent), Cgroups.IsUnified, size,
            filtered && runtime.TakesCompiledFilter ? seccomp.Bpf(capabilities, confinement.Seccomp) : null,
            filtered && !runtime.TakesCompiledFilter ? seccomp.Rules(capabilities, confinement.Seccomp) : null)
        {
            Devices = devices,
            DeviceRules = [.. DeviceRules.Of(confinement)],
            Shared = shared,
            // Whose processes have an init already needs none.
            Init = order.Process.Init && order.Namespaces is not { Pid: not NamespaceChoice.Own } ? InitProgram.Find() : null,
        };
    }

    /// <summary>A mount goes into the container with the flags that it has here.</summary>
    private static Func<int, MountSource> Sources(ContainerPaths container, ContainerMount[] mounts)
    {
        // The table is read once, and not at all for a container without mounts.
        var staged = (mounts is [] ? [] : Staged(container)).GroupBy(e => e.Point).ToDictionary(e => e.Key, e => e.Last());
        return i => new MountSource(
            container.Mount(i),
            [.. staged[container.Mount(i)].Options.Split(',').Where(o => o is "ro" or "nosuid" or "nodev" or "noexec" or "noatime" or "nodiratime")]);
    }

    private static List<MountEntry> Staged(ContainerPaths container) =>
        [.. MountEntry.Read().Where(e => e.Point.StartsWith(container.Mounts + "/", StringComparison.Ordinal))];

    private void WriteEtc(ContainerPaths container, StartContainer order)
    {
        var hosts = order.Network == NetworkMode.Host && File.Exists("/etc/hosts") ? File.ReadAllText("/etc/hosts") : null;
        File.WriteAllText(Path.Combine(container.Folder, "hostname"), EtcFiles.Hostname(order.Process));
        File.WriteAllText(Path.Combine(container.Folder, "hosts"), EtcFiles.Hosts(order.Process, order.Address, hosts, order.Further?.Select(p => p.Address)));
        File.WriteAllText(Path.Combine(container.Folder, "resolv.conf"), EtcFiles.ResolvConf(order, instance.Settings.Dns));
    }
}
