using Shiplog.Contracts.Orders;
using Shiplog.Domain.Images;
using Shiplog.Server.DockerApi;

namespace Shiplog.Server.Images;

/// <summary>POST /images/load</summary>
internal sealed class LoadImages(ArchiveUpload upload, TimeProvider time) : IDockerEndpoint
{
    public async Task HandleAsync(DockerRequest request)
    {
        var context = request.NewCommand();
        using var archive = new StreamContent(request.Http.Request.Body, WorkerStream.BufferSize);
        await upload.RunAsync(
            new ImageLoadRequested(context.CommandId, time.GetUtcNow()), context, $"{WorkerStreams.LoadImages}?commandId={context.CommandId}", archive, request);
    }
}
