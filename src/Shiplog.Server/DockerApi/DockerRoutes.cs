using Shiplog.Server.Builds;
using Shiplog.Server.Containers;
using Shiplog.Server.Engine;
using Shiplog.Server.Images;
using Shiplog.Server.Networks;
using Shiplog.Server.Volumes;

namespace Shiplog.Server.DockerApi;

/// <summary>Which path of Docker's API is answered by what: the table of contents of this server.</summary>
internal sealed class DockerRoutes(IServiceProvider services)
{
    private readonly Route[] _routes =
    [
        On<Ping>(services, "GET", "/_ping"),
        On<Ping>(services, "HEAD", "/_ping"),
        On<ShowVersion>(services, "GET", "/version"),
        On<ShowInfo>(services, "GET", "/info"),
        On<CheckCredentials>(services, "POST", "/auth"),
        On<StreamEvents>(services, "GET", "/events"),
        On<ShowDiskUsage>(services, "GET", "/system/df"),

        On<PullImageEndpoint>(services, "POST", "/images/create"),
        On<ListImages>(services, "GET", "/images/json"),
        On<SaveImages>(services, "GET", "/images/get"),
        On<LoadImages>(services, "POST", "/images/load"),
        On<SearchImages>(services, "GET", "/images/search"),
        On<PruneImages>(services, "POST", "/images/prune"),
        On<InspectImage>(services, "GET", "/images/{name}/json"),
        On<ShowImageHistory>(services, "GET", "/images/{name}/history"),
        On<SaveImages>(services, "GET", "/images/{name}/get"),
        On<TagImageEndpoint>(services, "POST", "/images/{name}/tag"),
        On<PushImageEndpoint>(services, "POST", "/images/{name}/push"),
        On<RemoveImageEndpoint>(services, "DELETE", "/images/{name}"),

        On<CreateContainerEndpoint>(services, "POST", "/containers/create"),
        On<ListContainers>(services, "GET", "/containers/json"),
        On<PruneContainers>(services, "POST", "/containers/prune"),
        On<InspectContainer>(services, "GET", "/containers/{name}/json"),
        On<StartContainerEndpoint>(services, "POST", "/containers/{name}/start"),
        NotBuilt("GET", "/containers/{name}/attach/ws", "attaching by web socket"),
        On<AttachContainerEndpoint>(services, "POST", "/containers/{name}/attach"),
        On<ResizeContainer>(services, "POST", "/containers/{name}/resize"),
        On<WaitForContainer>(services, "POST", "/containers/{name}/wait"),
        On<StopContainerEndpoint>(services, "POST", "/containers/{name}/stop"),
        On<KillContainerEndpoint>(services, "POST", "/containers/{name}/kill"),
        On<RestartContainer>(services, "POST", "/containers/{name}/restart"),
        On<PauseContainerEndpoint>(services, "POST", "/containers/{name}/pause"),
        On<UnpauseContainerEndpoint>(services, "POST", "/containers/{name}/unpause"),
        On<RenameContainerEndpoint>(services, "POST", "/containers/{name}/rename"),
        On<ShowContainerLogs>(services, "GET", "/containers/{name}/logs"),
        On<CreateExecEndpoint>(services, "POST", "/containers/{name}/exec"),
        On<ShowProcesses>(services, "GET", "/containers/{name}/top"),
        On<ShowStats>(services, "GET", "/containers/{name}/stats"),
        On<ShowContainerChanges>(services, "GET", "/containers/{name}/changes"),
        On<ExportContainer>(services, "GET", "/containers/{name}/export"),
        On<ReadContainerFilesEndpoint>(services, "GET", "/containers/{name}/archive"),
        On<StatContainerPath>(services, "HEAD", "/containers/{name}/archive"),
        On<WriteContainerFilesEndpoint>(services, "PUT", "/containers/{name}/archive"),
        On<UpdateContainerEndpoint>(services, "POST", "/containers/{name}/update"),
        On<RemoveContainerEndpoint>(services, "DELETE", "/containers/{name}"),
        On<CommitContainerEndpoint>(services, "POST", "/commit"),
        On<StartExecEndpoint>(services, "POST", "/exec/{name}/start"),
        On<ResizeExec>(services, "POST", "/exec/{name}/resize"),
        On<InspectExec>(services, "GET", "/exec/{name}/json"),

        On<ListNetworks>(services, "GET", "/networks"),
        On<CreateNetworkEndpoint>(services, "POST", "/networks/create"),
        On<PruneNetworks>(services, "POST", "/networks/prune"),
        On<ConnectNetworkEndpoint>(services, "POST", "/networks/{name}/connect"),
        On<DisconnectNetworkEndpoint>(services, "POST", "/networks/{name}/disconnect"),
        On<InspectNetwork>(services, "GET", "/networks/{name}"),
        On<RemoveNetworkEndpoint>(services, "DELETE", "/networks/{name}"),

        On<ListVolumes>(services, "GET", "/volumes"),
        On<CreateVolumeEndpoint>(services, "POST", "/volumes/create"),
        On<PruneVolumes>(services, "POST", "/volumes/prune"),
        On<InspectVolume>(services, "GET", "/volumes/{name}"),
        On<RemoveVolumeEndpoint>(services, "DELETE", "/volumes/{name}"),
        NotBuilt("PUT", "/volumes/{name}", "changing a cluster volume"),
        NoSuch("GET", "/plugins/{name}/json", name => $"plugin \"{name}\" not found"),

        On<BuildImageEndpoint>(services, "POST", "/build"),
        NotBuilt("POST", "/build/prune", "pruning the build cache"),
        NotBuilt("POST", "/session", "building images by BuildKit"),
        NotBuilt("POST", "/grpc", "building images by BuildKit"),
        On<InspectInRegistry>(services, "GET", "/distribution/{name}/json"),
        .. Swarm("swarm", "nodes", "services", "tasks", "secrets", "configs"),
        NotBuilt("GET", "/plugins", "plugins"),
        NotBuilt("POST", "/plugins/{name}", "plugins"),
    ];

    /// <summary>The handler for this method and path, and what the path names.</summary>
    public Func<DockerRequest, Task>? Find(string method, string path, out string name)
    {
        name = "";
        foreach (var route in _routes)
        {
            if (route.Method == method && route.Matches(path, out name))
                return route.Handle;
        }
        return null;
    }

    private static Route On<TEndpoint>(IServiceProvider services, string method, string path) where TEndpoint : IDockerEndpoint
    {
        var endpoint = new Lazy<TEndpoint>(() => ActivatorUtilities.CreateInstance<TEndpoint>(services));
        return new Route(method, path, request => endpoint.Value.HandleAsync(request));
    }

    private static Route NotBuilt(string method, string path, string what) =>
        new(method, path, _ => throw DockerException.NotBuilt(what));

    private static Route NoSuch(string method, string path, Func<string, string> message) =>
        new(method, path, request => throw DockerException.NotFound(message(request.Name)));

    /// <summary>As a dockerd that is part of no swarm.</summary>
    private static IEnumerable<Route> Swarm(params string[] nouns) =>
        from noun in nouns
        from method in (string[])["GET", "POST", "DELETE"]
        from path in (string[])[$"/{noun}", $"/{noun}/{{name}}"]
        select new Route(method, path, _ => throw new DockerException(503,
            "This node is not a swarm manager. Swarm mode is not part of Shiplog."));

    /// <param name="Path">With at most one <c>{name}</c>, which may stand for text with slashes.</param>
    private sealed record Route(string Method, string Path, Func<DockerRequest, Task> Handle)
    {
        private const string Placeholder = "{name}";

        private readonly int _at = Path.IndexOf(Placeholder, StringComparison.Ordinal);

        public bool Matches(string path, out string name)
        {
            name = "";
            if (_at < 0)
                return path == Path;
            var suffix = Path.AsSpan(_at + Placeholder.Length);
            if (path.Length <= _at + suffix.Length || !path.AsSpan().StartsWith(Path.AsSpan(0, _at), StringComparison.Ordinal) ||
                !path.AsSpan().EndsWith(suffix, StringComparison.Ordinal))
                return false;
            // The one escape that the HTTP server leaves in a path.
            name = path[_at..^suffix.Length].Replace("%2F", "/", StringComparison.OrdinalIgnoreCase);
            return true;
        }
    }
}
