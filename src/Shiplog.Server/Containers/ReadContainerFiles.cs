using Shiplog.Server.DockerApi;

namespace Shiplog.Server.Containers;

/// <summary>GET /containers/{id}/archive: <c>docker cp</c> out of a container.</summary>
internal sealed class ReadContainerFilesEndpoint(ContainerFiles files) : IDockerEndpoint
{
    public async Task HandleAsync(DockerRequest request)
    {
        var path = ContainerFiles.PathOf(request);
        var container = await files.Commands.FindAsync(request.Name, request.Cancellation);
        await files.SendAsync(
            request, container.Id, path, "copy", () => files.OpenAsync(request, container, path, statOnly: false),
            answer =>
            {
                ContainerFiles.PassStat(answer, request);
                request.Response.ContentType = "application/x-tar";
            });
    }
}
