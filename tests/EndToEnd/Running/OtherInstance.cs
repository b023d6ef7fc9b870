using Shiplog.Contracts;

namespace Shiplog.EndToEnd.Tests.Running;

/// <summary>An instance beside the running one, in a folder and a network namespace of its own, purged at the end.</summary>
internal sealed class OtherInstance(string name) : IAsyncDisposable
{
    private readonly string _network = $"shiplog-{name}-{Environment.ProcessId}";

    public Instance Instance { get; } = Instance.Load(Path.Combine(RunningInstance.Folder, name));

    /// <summary>Makes its network namespace and its configuration; <see cref="InfraAsync"/> brings it up.</summary>
    public async Task PrepareAsync(string settings)
    {
        (await Command.RunAsync("ip", ["netns", "add", _network])).Succeeded();
        Directory.CreateDirectory(Instance.Home);
        await ConfigureAsync(settings);
    }

    public Task ConfigureAsync(string settings) => File.WriteAllTextAsync(Path.Combine(Instance.Home, "shiplog.json"), settings);

    public Task<Result> InfraAsync(string script, params string[] arguments) =>
        InNetworkAsync([Path.Combine(RunningInstance.Sources, "infra", script), .. arguments]);

    public Task<Result> DockerAsync(params string[] arguments) => Command.RunAsync(
        "docker", arguments, new Dictionary<string, string> { ["DOCKER_HOST"] = "unix://" + Instance.DockerSocket, ["DOCKER_CLI_HINTS"] = "false" });

    public Task<Result> InNetworkAsync(params string[] command) => Command.RunAsync(
        "nsenter", ["--net=/run/netns/" + _network, "--", .. command], new Dictionary<string, string> { ["SHIPLOG_HOME"] = Instance.Home },
        limit: TimeSpan.FromMinutes(3));

    public async ValueTask DisposeAsync()
    {
        if (Directory.Exists(Instance.Home))
            (await InfraAsync("down", "--purge")).Succeeded();
        (await Command.RunAsync("ip", ["netns", "delete", _network])).Succeeded();
    }
}
