using Shiplog.Server.DockerApi;
using Shiplog.Server.DockerApi.Dto;

namespace Shiplog.Server.Engine;

/// <summary>GET /volumes: none can be made yet, so there are none.</summary>
internal sealed class ListVolumes : IDockerEndpoint
{
    public Task HandleAsync(DockerRequest request) => request.WriteJsonAsync(new VolumesReply([], []), DockerJson.Default.VolumesReply);
}
