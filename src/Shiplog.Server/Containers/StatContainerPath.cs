using Shiplog.Server.DockerApi;

namespace Shiplog.Server.Containers;

/// <summary>HEAD /containers/{id}/archive: what a path in the container is. Nothing is read, and nothing recorded.</summary>
internal sealed class StatContainerPath(ContainerFiles files) : IDockerEndpoint
{
    public async Task HandleAsync(DockerRequest request)
    {
        var path = ContainerFiles.PathOf(request);
        var container = await files.Commands.FindAsync(request.Name, request.Cancellation);
        using var answer = await files.OpenAsync(request, container, path, statOnly: true);
        ContainerFiles.PassStat(answer, request);
    }
}
