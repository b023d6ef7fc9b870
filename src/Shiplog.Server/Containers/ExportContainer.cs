using Shiplog.Contracts.Orders;
using Shiplog.Server.DockerApi;
using Shiplog.Server.Orders;

namespace Shiplog.Server.Containers;

/// <summary>GET /containers/{id}/export: the whole root file system, without what is mounted in it.</summary>
internal sealed class ExportContainer(ContainerFiles files, IWorker worker) : IDockerEndpoint
{
    public async Task HandleAsync(DockerRequest request)
    {
        var container = await files.Commands.FindAsync(request.Name, request.Cancellation);
        await files.SendAsync(
            request, container.Id, "/", "export",
            () => WorkerStream.GetAsync(worker, $"{WorkerStreams.Export(container.Id)}?image={container.ImageId}", request.Cancellation),
            _ => request.Response.ContentType = "application/octet-stream");
    }
}
