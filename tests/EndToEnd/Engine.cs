using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text.Json;
using Shouldly;
using Xunit;

[assembly: AssemblyFixture(typeof(Shiplog.EndToEnd.Tests.Engine))]

namespace Shiplog.EndToEnd.Tests;

/// <summary>
/// One real instance for all tests, brought up by <c>infra/up</c> in a temporary home, in the network namespace that the
/// tests run in. Its subnet is tiny, so that running out of addresses can be tried.
/// </summary>
public sealed class Engine : IAsyncLifetime
{
    /// <summary>The registry that <c>infra/up</c> starts.</summary>
    public const string Registry = "127.0.0.1:5000";

    /// <summary>The image in it.</summary>
    public const string Busybox = Registry + "/busybox:latest";

    /// <summary>Addresses that containers can have in 172.17.0.0/29: six hosts, one of them the bridge.</summary>
    public const int Addresses = 5;

    private HttpClient? _http;

    public string Repository { get; } = FindRepository();

    public string Home { get; } = Path.Combine(Path.GetTempPath(), "shiplog-e2e-" + Guid.NewGuid().ToString("N")[..8]);

    public string RunFolder => Path.Combine(Home, "run");

    internal HttpClient Http => _http ?? throw new InvalidOperationException("the engine is not up");

    private Dictionary<string, string> Environment => new()
    {
        ["SHIPLOG_HOME"] = Home, ["DOCKER_HOST"] = $"unix://{RunFolder}/docker.sock", ["DOCKER_CLI_HINTS"] = "false",
        ["DOCKER_CONFIG"] = Path.Combine(Home, "docker-cli"),
    };

    public async ValueTask InitializeAsync()
    {
        var routes = await Shell.RunAsync("ip", "route", "show", "default");
        if (routes.Expected().Length > 0)
            throw new InvalidOperationException("these tests make bridges and firewall rules: run them by infra/test, in a network namespace without a way out");
        Directory.CreateDirectory(Home);
        await File.WriteAllTextAsync(Path.Combine(Home, "shiplog.json"), """{ "bip": "172.17.0.1/29", "shutdown-timeout": 3 }""");
        (await InfraAsync("up", "--no-demo")).Expected();
        _http = OverSocket(Path.Combine(RunFolder, "docker.sock"));
        (await DockerAsync("pull", "-q", Busybox)).Expected();
        (await DockerAsync("tag", Busybox, "busybox")).Expected();
    }

    public async ValueTask DisposeAsync()
    {
        _http?.Dispose();
        (await InfraAsync("down", "--purge")).Expected();
        if (Directory.Exists(Home))
            Directory.Delete(Home, recursive: true);
    }

    internal Task<Ran> DockerAsync(params string[] args) => Shell.RunAsync(Environment, null, "docker", args);

    internal Task<Ran> DockerAsync(byte[] input, params string[] args) => Shell.RunAsync(Environment, input, "docker", args);

    internal Terminal DockerOnTerminal(string args) => new(Environment, "docker " + args);

    internal Task<Ran> InfraAsync(string script, params string[] args) =>
        Shell.RunAsync(Environment, null, Path.Combine(Repository, "infra", script), args);

    internal int PidOf(string process) =>
        int.Parse(File.ReadAllText(Path.Combine(RunFolder, process + ".pid")).Trim(), CultureInfo.InvariantCulture);

    internal async Task<JsonElement> GetAsync(string path) => await Http.GetFromJsonAsync<JsonElement>(path);

    /// <summary>The events of a container, living or removed, oldest first.</summary>
    internal async Task<JsonElement[]> EventsOfAsync(string container) =>
        [.. (await GetAsync($"/api/v1/containers/{container}/events")).EnumerateArray()];

    internal async Task<string> InspectAsync(string container, string format) =>
        (await DockerAsync("inspect", "-f", format, container)).Expected();

    /// <summary>Waits for something that is about to be true.</summary>
    internal static async Task EventuallyAsync(string what, Func<Task<bool>> condition, int seconds = 20)
    {
        for (var end = DateTime.UtcNow.AddSeconds(seconds); !await condition(); await Task.Delay(25))
            if (DateTime.UtcNow > end)
                throw new TimeoutException($"{what}: not within {seconds} s");
    }

    /// <summary>What is in the kernel, the lease table and the store at this moment.</summary>
    internal async Task<Leftovers> LeftoversAsync()
    {
        var mounts = await Shell.RunAsync("nsenter", $"--mount={RunFolder}/worker.mnt", "cat", "/proc/self/mounts");
        var veths = await Shell.RunAsync("ip", "-o", "link", "show", "type", "veth");
        var leases = await PsqlAsync("select count(*) from ip_lease where upper_inf(during)");
        var namespaces = Directory.Exists($"{RunFolder}/netns") ? Directory.GetFiles($"{RunFolder}/netns") : [];
        var ingest = Directory.Exists($"{Home}/worker/ingest") ? Directory.GetFileSystemEntries($"{Home}/worker/ingest") : [];
        return new Leftovers(
            mounts.Expected().Split('\n').Count(m => m.StartsWith("overlay ", StringComparison.Ordinal) && m.Contains(Home, StringComparison.Ordinal)),
            veths.Expected().Split('\n', StringSplitOptions.RemoveEmptyEntries).Length,
            namespaces.Length,
            int.Parse(leases, CultureInfo.InvariantCulture),
            ingest.Length,
            (await DockerAsync("images", "-aq")).Expected().Split('\n', StringSplitOptions.RemoveEmptyEntries).Length,
            (await DockerAsync("ps", "-aq")).Expected().Split('\n', StringSplitOptions.RemoveEmptyEntries).Length);
    }

    /// <summary>Runs the body and sees to it that nothing of it is left.</summary>
    internal async Task LeavesNothingAsync(Func<Task> body)
    {
        var before = await LeftoversAsync();
        await body();
        // The kernel lets go of a veth pair a moment after its namespace.
        await EventuallyAsync("the host as it was before", async () => await LeftoversAsync() == before, 10);
        (await GetAsync("/api/v1/status")).GetProperty("openCommands").GetInt32().ShouldBe(0);
    }

    /// <summary>A query's single value, asked as PostgreSQL's own superuser.</summary>
    internal async Task<string> PsqlAsync(string sql) =>
        (await Shell.RunAsync("runuser", "-u", "postgres", "--", "psql", "-h", $"{RunFolder}/postgresql", "-d", "shiplog", "-Atc", sql)).Expected();

    private static HttpClient OverSocket(string path) => new(new SocketsHttpHandler
    {
        ConnectCallback = async (_, cancellation) =>
        {
            var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(path), cancellation);
            return new NetworkStream(socket, ownsSocket: true);
        },
    })
    { BaseAddress = new Uri("http://localhost"), DefaultRequestVersion = HttpVersion.Version11 };

    private static string FindRepository()
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "Platform.sln")))
            folder = Path.GetDirectoryName(folder) ?? throw new InvalidOperationException("Platform.sln is in no folder above the tests");
        return folder;
    }
}

/// <summary>Counts of what a failure could leave behind.</summary>
internal sealed record Leftovers(int Mounts, int Veths, int NetworkNamespaces, int Leases, int HalfBlobs, int Images, int Containers);
