using System.Diagnostics;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Shiplog.Contracts;
using Shiplog.Contracts.Orders;
using Shiplog.Worker.Layers;
using Shiplog.Worker.Lifecycle;

namespace Shiplog.Worker.Tests.Harness;

/// <summary>A real worker in namespaces of its own, with an image of busybox and somebody who plays the server.</summary>
internal sealed class WorkerHost : IAsyncDisposable
{
    private const string Busybox = "/bin/busybox";
    private static readonly string[] Applets = ["sh", "true", "false", "cat", "echo", "sleep", "id", "ls", "env", "kill", "stty", "head", "wc", "ip", "hostname", "mkdir", "printf", "seq", "dd", "awk", "ping", "trap", "pwd", "grep", "nc", "nslookup", "yes", "sha256sum", "touch", "test", "tr", "mknod", "readlink", "cp", "rm", "ln", "chmod", "mkfifo", "chroot"];

    // From its own folder, as it is when installed: beside the tests it would take their assemblies for its own.
    // SHIPLOG_WORKER names another one, to try a release.
    private static readonly string Program = Environment.GetEnvironmentVariable("SHIPLOG_WORKER") ?? Path.GetFullPath(
        AppContext.BaseDirectory.Replace("/tests/Worker/", "/src/Shiplog.Worker/", StringComparison.Ordinal) + "Shiplog.Worker.dll");

    private readonly Namespaces _namespaces = new();
    private Process? _worker;

    private WorkerHost(string home, string settings)
    {
        Directory.CreateDirectory(home);
        File.WriteAllText(Path.Combine(home, "shiplog.json"), settings);
        Instance = Instance.Load(home);
        Server = new Server(Instance);
        ChainId = "sha256:" + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes("busybox")));
    }

    public Instance Instance { get; }

    public Server Server { get; }

    public Namespaces Namespaces => _namespaces;

    /// <summary>The image's only layer.</summary>
    public string ChainId { get; }

    public string LayerFolder => Path.Combine(Instance.WorkerFolder, "layers", ChainId["sha256:".Length..], "diff");

    public int WorkerPid => _worker!.Id;

    public static async Task<WorkerHost> StartAsync(string settings = "{}")
    {
        var host = new WorkerHost(Path.Combine(Path.GetTempPath(), "shiplog-" + Guid.NewGuid().ToString("N")[..8]), settings);
        await host.Server.StartAsync();
        await host.StartWorkerAsync();
        return host;
    }

    public async Task StartWorkerAsync()
    {
        _worker = _namespaces.Start(
            "dotnet", [Program],
            info =>
            {
                info.Environment["SHIPLOG_HOME"] = Instance.Home;
                info.RedirectStandardOutput = info.RedirectStandardError = true;
            });
        var output = new StringBuilder();
        _worker.OutputDataReceived += (_, line) => output.AppendLine(line.Data);
        _worker.ErrorDataReceived += (_, line) => output.AppendLine(line.Data);
        _worker.BeginOutputReadLine();
        _worker.BeginErrorReadLine();
        Output = output;
        using var http = Server.Http();
        for (var began = Stopwatch.StartNew(); ; await Task.Delay(20))
        {
            if (_worker.HasExited || began.Elapsed > TimeSpan.FromSeconds(30))
                throw new InvalidOperationException($"the worker does not come up: {output}");
            try
            {
                await http.GetStringAsync(WorkerStreams.Ready);
                // Now, since a starting worker deletes layers that neither an image nor a container needs.
                if (!Directory.Exists(LayerFolder))
                    MakeLayer(LayerFolder, new LayerRecord(ChainId, ChainId, 0));
                return;
            }
            catch (HttpRequestException)
            {
                // Not listening yet.
            }
        }
    }

    public StringBuilder Output { get; private set; } = new();

    /// <summary>As a crash does: nothing is told to anybody.</summary>
    public async Task KillWorkerAsync()
    {
        _worker!.Kill();
        await _worker.WaitForExitAsync();
        _worker.Dispose();
        _worker = null;
    }

    /// <summary>As the service manager does.</summary>
    public async Task<int> StopWorkerAsync()
    {
        using (Process.Start("kill", ["-TERM", $"{_worker!.Id}"]))
            await _worker.WaitForExitAsync();
        var code = _worker.ExitCode;
        _worker.Dispose();
        _worker = null;
        return code;
    }

    public ContainerPaths Paths(string id) => new(Instance, id);

    /// <summary>An order that starts a container on the bridge.</summary>
    public StartContainer Start(string[] args, Func<ContainerProcess, ContainerProcess>? process = null, byte host = 2) =>
        None(args, process) is var order && order.ContainerId is var id
            ? order with
            {
                Network = NetworkMode.Bridge,
                Bridge = new AttachBridge(
                    "net0", "bridge", Instance.Bridge, "172.30.0.0/24", "172.30.0.1", "veth" + id[..7], "eth0", $"02:42:ac:1e:00:{host:x2}", 1500),
                Address = new AssignIp("net0", $"172.30.0.{host}", 24, "172.30.0.1"),
            }
            : throw new UnreachableException();

    /// <summary>An order that starts a container without network.</summary>
    public StartContainer None(string[] args, Func<ContainerProcess, ContainerProcess>? process = null)
    {
        var id = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(32));
        var plain = new ContainerProcess(
            args, [], "", "", false, false, false, id[..12], "", [], [], [], [], [], [], null, "json-file", 0, 0);
        return new StartContainer(
            "start-" + id[..8], id, "test", new MountRootFs("sha256:image", [ChainId], false), NetworkMode.None, null, null,
            process?.Invoke(plain) ?? plain, false);
    }

    /// <summary>Runs a container to its end; what it has written.</summary>
    public async Task<string> OutputAsync(StartContainer order)
    {
        if ((await Server.SendAsync(order)).Failure is { } failure)
            throw new InvalidOperationException(failure.Error);
        await Server.ReceivedAsync<ContainerExitedReport>(r => r.ContainerId == order.ContainerId);
        using var http = Server.Http();
        return await http.GetStringAsync(WorkerStreams.Logs(order.ContainerId) + "?stdout=1&stderr=1&tty=1");
    }

    public async ValueTask DisposeAsync()
    {
        if (_worker is not null)
            await KillWorkerAsync();
        EndNameServer();
        var runtime = Path.Combine(Instance.RunFolder, "runtime");
        foreach (var id in Directory.Exists(runtime) ? Directory.GetDirectories(runtime).Select(d => Path.GetFileName(d)!) : [])
            _namespaces.Run(Instance.Settings.Runtime, "--root=" + runtime, "delete", "--force", id);
        await Server.DisposeAsync();
        _namespaces.Dispose();
        Directory.Delete(Instance.Home, recursive: true);
        foreach (var group in Directory.Exists("/sys/fs/cgroup") ? Directory.GetDirectories("/sys/fs/cgroup", Instance.Name, SearchOption.AllDirectories) : [])
            Directory.Delete(group);
    }

    /// <summary>The process that serves names, which outlives the worker; 0 where there is none.</summary>
    public int NameServerPid
    {
        get
        {
            var file = Path.Combine(Instance.RunFolder, "dns", "aardvark.pid");
            return File.Exists(file) && int.TryParse(File.ReadAllText(file), out var pid) && Directory.Exists($"/proc/{pid}") ? pid : 0;
        }
    }

    private void EndNameServer()
    {
        if (NameServerPid is not 0 and var pid)
        {
            using var process = Process.GetProcessById(pid);
            process.Kill();
        }
    }

    private static void MakeLayer(string folder, LayerRecord record)
    {
        Directory.CreateDirectory(Path.Combine(folder, "bin"));
        Directory.CreateDirectory(Path.Combine(folder, "tmp"));
        Directory.CreateDirectory(Path.Combine(folder, "etc"));
        File.Copy(Busybox, Path.Combine(folder, "bin/busybox"));
        foreach (var applet in Applets)
            File.CreateSymbolicLink(Path.Combine(folder, "bin", applet), "busybox");
        File.WriteAllText(Path.Combine(folder, "etc/passwd"), "root:x:0:0:root:/root:/bin/sh\nalice:x:1000:1000::/home/alice:/bin/sh\n");
        File.WriteAllText(Path.Combine(folder, "etc/group"), "root:x:0:\nalice:x:1000:\naudio:x:29:alice\n");
        File.WriteAllText(Path.Combine(folder, "../layer.json"), JsonSerializer.Serialize(record));
    }
}
