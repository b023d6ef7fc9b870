using Shiplog.Server.DockerApi;
using Shiplog.Server.DockerApi.Dto;

namespace Shiplog.Server.Engine;

/// <summary>GET /version</summary>
internal sealed class ShowVersion : IDockerEndpoint
{
    private static readonly VersionReply Reply = Compose();

    public Task HandleAsync(DockerRequest request) => request.WriteJsonAsync(Reply, DockerJson.Default.VersionReply);

    private static VersionReply Compose()
    {
        var (version, api, oldest) = (DockerApiSetup.ServerVersion, ApiVersion.Newest.ToString(), ApiVersion.Oldest.ToString());
        var details = new Dictionary<string, string>
        {
            ["ApiVersion"] = api,
            ["Arch"] = HostFacts.GoArchitecture,
            ["Experimental"] = "false",
            ["KernelVersion"] = HostFacts.Kernel,
            ["MinAPIVersion"] = oldest,
            ["Os"] = "linux",
            ["Runtime"] = ".NET " + Environment.Version,
        };
        return new VersionReply(
            new PlatformDto("Shiplog"), [new ComponentDto("Engine", version, details)], version, api, oldest, "", ".NET " + Environment.Version,
            "linux", HostFacts.GoArchitecture, HostFacts.Kernel, "");
    }
}
