using System.Text.Json;
using Shiplog.Contracts;
using Shiplog.Contracts.Views;

namespace Shiplog.EndToEnd.Tests.Running;

/// <summary>
/// A whole instance of Shiplog: brought up by <c>infra/up</c> as any user would, in a folder and a network namespace of
/// its own, driven through what users have (the docker CLI, REST, a browser) and purged at the end.
/// </summary>
public sealed class RunningInstance : IAsyncLifetime, IDisposable
{
    private readonly HttpClient _rest = new();

    /// <summary>The checkout.</summary>
    internal static string Sources { get; } = FindSources();

    /// <summary>Where whatever is made goes; removed by infra/test.</summary>
    internal static string Folder { get; } = Environment.GetEnvironmentVariable("SHIPLOG_TEST_FOLDER") ??
        throw new InvalidOperationException("these tests make mounts, network interfaces and firewall rules: start them with infra/test EndToEnd");

    /// <summary>Where screenshots go, to be looked at.</summary>
    internal static string Artifacts { get; } = Directory.CreateDirectory(Path.Combine(Sources, "artifacts", "tests")).FullName;

    internal Instance Instance { get; private set; } = Instance.Load(Path.Combine(Folder, "home"));

    /// <summary>What <c>infra/up</c> printed.</summary>
    internal string UpOutput { get; private set; } = "";

    internal Kernel Kernel => new(this);

    internal Database Database => new(Instance);

    internal string Busybox => $"{Instance.Settings.Registry}/busybox:latest";

    public async ValueTask InitializeAsync()
    {
        UpOutput = (await InfraAsync("up")).Succeeded().Output;
        Instance = Instance.Load(Instance.Home);
        _rest.BaseAddress = new Uri($"http://{Instance.Settings.Http}/");
        (await DockerAsync("pull", Busybox)).Succeeded();
        (await DockerAsync("tag", Busybox, "busybox")).Succeeded();
    }

    public async ValueTask DisposeAsync() => (await InfraAsync("down", "--purge")).Succeeded();

    public void Dispose() => _rest.Dispose();

    /// <summary>Runs one of the project's scripts for this instance.</summary>
    internal Task<Result> InfraAsync(string script, params string[] arguments) => Command.RunAsync(
        Path.Combine(Sources, "infra", script), arguments, new Dictionary<string, string> { ["SHIPLOG_HOME"] = Instance.Home },
        limit: TimeSpan.FromMinutes(5));

    internal IReadOnlyDictionary<string, string> DockerEnvironment => new Dictionary<string, string>
    {
        ["DOCKER_HOST"] = "unix://" + Instance.DockerSocket,
        ["DOCKER_CLI_HINTS"] = "false",
        ["DOCKER_CONFIG"] = Path.Combine(Folder, "docker-config"),
    };

    internal Task<Result> DockerAsync(params string[] arguments) => Command.RunAsync("docker", arguments, DockerEnvironment);

    /// <summary>Gives the docker CLI this instance's plugin: that of the default one goes to the machine's folder, this one's into the CLI's own.</summary>
    internal void Plug()
    {
        var plugins = Directory.CreateDirectory(Path.Combine(DockerEnvironment["DOCKER_CONFIG"], "cli-plugins")).FullName;
        var link = Path.Combine(plugins, "docker-shiplog");
        if (!File.Exists(link))
            File.CreateSymbolicLink(link, Path.Combine(Instance.Home, "bin", "current", "cli", "docker-shiplog"));
    }

    /// <summary>Runs the docker CLI on a terminal.</summary>
    internal Terminal OpenTerminal(string command) => Terminal.Open(command, DockerEnvironment);

    /// <summary>The full id of a container that exists.</summary>
    internal async Task<string> IdOfAsync(string name) => (await DockerAsync("inspect", "-f", "{{.Id}}", name)).Succeeded().Text;

    /// <summary>A container's events by REST, over TCP.</summary>
    internal async Task<EventView[]> EventsOfAsync(string idOrName) =>
        Deserialize(await _rest.GetStringAsync($"api/v1/containers/{Uri.EscapeDataString(idOrName)}/events"));

    /// <summary>All events after a position.</summary>
    internal async Task<EventView[]> EventsAfterAsync(long sequence) =>
        Deserialize(await _rest.GetStringAsync($"api/v1/events?after={sequence}&limit=1000"));

    internal Task<StatusView> StatusAsync() => RestAsync<StatusView>("status");

    /// <summary>What REST tells of a path below <c>/api/v1</c>.</summary>
    internal async Task<T> RestAsync<T>(string path) => JsonSerializer.Deserialize<T>(await _rest.GetStringAsync("api/v1/" + path), JsonSerializerOptions.Web)!;

    /// <summary>The process id of <c>server</c>, <c>worker</c>, <c>postgresql</c> or <c>registry</c>.</summary>
    internal int ProcessId(string name) =>
        int.Parse(File.ReadAllText(Path.Combine(Instance.RunFolder, "pids", name)).Split(' ')[0], System.Globalization.CultureInfo.InvariantCulture);

    private static string FindSources()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "Platform.sln")))
                return folder.FullName;
        }
        throw new DirectoryNotFoundException("no folder above the tests has Platform.sln");
    }

    private static EventView[] Deserialize(string json) => JsonSerializer.Deserialize<EventView[]>(json, JsonSerializerOptions.Web)!;
}
