using System.Security.Cryptography;
using System.Text;
using Shiplog.Contracts;
using Shiplog.Domain.Containers;
using Shiplog.Domain.Hosts;
using Shiplog.Server.DockerApi;
using Shiplog.Server.DockerApi.Dto;
using Shiplog.Server.Store;

namespace Shiplog.Server.Engine;

/// <summary>GET /info: what is so, and <see langword="false"/> for what is not built yet.</summary>
internal sealed class ShowInfo(IEventLog log, Instance instance, HostName host, KernelFeatures kernel, StorageOfHost storage, TimeProvider time) : IDockerEndpoint
{
    public async Task HandleAsync(DockerRequest request)
    {
        var containers = await log.ListContainersAsync(request.Cancellation);
        var images = await log.ListImagesAsync(request.Cancellation);
        await request.WriteJsonAsync(Info(containers, images.Count, await storage.FindAsync(request.Cancellation)), DockerJson.Default.InfoReply);
    }

    private InfoReply Info(IReadOnlyList<Container> containers, int images, WorkerStarted? worker)
    {
        var runtime = instance.Settings.Runtime;
        var features = kernel.Features;
        return new InfoReply
        {
            ID = new Guid(SHA256.HashData(Encoding.UTF8.GetBytes($"{host.Value}:{instance.Home}")).AsSpan(0, 16)).ToString(),
            Containers = containers.Count,
            ContainersRunning = containers.Count(c => c.Status == ContainerStatus.Running),
            ContainersPaused = containers.Count(c => c.Status == ContainerStatus.Paused),
            ContainersStopped = containers.Count(c => !c.HasProcess),
            Images = images,
            Driver = worker?.StorageDriver ?? Settings.StorageDrivers[0],
            DriverStatus = [.. DriverStatus(worker?.Storage), ["Event store", "PostgreSQL"]],
            Plugins = new() { ["Volume"] = [], ["Network"] = ["bridge", "host", "null"], ["Authorization"] = null, ["Log"] = features.Journal ? ["json-file", "local", "journald", "none"] : ["json-file", "local", "none"] },
            MemoryLimit = features.MemoryLimit,
            SwapLimit = features.SwapLimit,
            OomKillDisable = features.OomKillDisable,
            CpuCfsPeriod = features.CpuCfs,
            CpuCfsQuota = features.CpuCfs,
            CPUShares = features.CpuShares,
            CPUSet = features.Cpuset,
            PidsLimit = features.PidsLimit,
            IPv4Forwarding = features.Forwarding,
            SystemTime = DockerTime.Text(time.GetUtcNow()),
            CgroupVersion = $"{HostFacts.CgroupVersion}",
            KernelVersion = HostFacts.Kernel,
            OperatingSystem = HostFacts.OsRelease("PRETTY_NAME"),
            OSVersion = HostFacts.OsRelease("VERSION_ID"),
            Architecture = HostFacts.Machine,
            RegistryConfig = Registries(),
            NCPU = Environment.ProcessorCount,
            MemTotal = HostFacts.Memory,
            DockerRootDir = instance.Home,
            HttpProxy = HostFacts.Proxy("http_proxy") ?? "",
            HttpsProxy = HostFacts.Proxy("https_proxy") ?? "",
            NoProxy = HostFacts.Proxy("no_proxy") ?? "",
            Name = host.Value,
            ServerVersion = DockerApiSetup.ServerVersion,
            Runtimes = new() { [runtime] = new RuntimeDto(runtime) },
            DefaultRuntime = runtime,
            Swarm = new SwarmDto("", "", "inactive", false, "", null),
            LiveRestoreEnabled = true,
            ContainerdCommit = new CommitDto(""),
            RuncCommit = new CommitDto(""),
            InitCommit = new CommitDto(""),
            SecurityOptions = [$"name=seccomp,profile={instance.Settings.SeccompProfile}", .. HostFacts.CgroupVersion == 2 ? (string[])["name=cgroupns"] : []],
            Warnings = [.. Missing(features)],
        };
    }

    private static IEnumerable<string[]> DriverStatus(HostStorage? storage)
    {
        if (storage is null)
            return [];
        var others = storage.Alternatives.OrderBy(a => a.Key, StringComparer.Ordinal).Select(a => (string[])[$"Alternative {a.Key}", a.Value is "" ? "can be configured" : "needs " + a.Value]);
        return [["Backing Filesystem", storage.BackingFileSystem], ["Chosen", storage.Reason], .. others];
    }

    private static IEnumerable<string> Missing(HostFeatures f)
    {
        (bool There, string What)[] wanted = [
            (f.MemoryLimit, "memory limit"), (f.SwapLimit, "swap limit"), (f.OomKillDisable || f.Unified, "oom kill disable"), (f.CpuCfs, "cpu cfs quota"),
            (f.CpuCfs, "cpu cfs period"), (f.CpuShares, "cpu shares"), (f.Cpuset, "cpuset")];
        var missing = wanted.Where(w => !w.There).Select(w => $"WARNING: No {w.What} support");
        return f.Forwarding ? missing : missing.Append("WARNING: IPv4 forwarding is disabled");
    }

    private RegistryConfigDto Registries()
    {
        string[] cidrs = ["127.0.0.0/8", "::1/128", .. instance.Settings.InsecureRegistries.Where(r => r.Contains('/', StringComparison.Ordinal))];
        var indexes = new Dictionary<string, IndexDto> { ["docker.io"] = new("docker.io", instance.Settings.RegistryMirrors, true, true) };
        foreach (var name in instance.Settings.InsecureRegistries.Where(r => !r.Contains('/', StringComparison.Ordinal)))
            indexes[name] = new IndexDto(name, [], false, false);
        return new RegistryConfigDto(cidrs, indexes, instance.Settings.RegistryMirrors);
    }
}
