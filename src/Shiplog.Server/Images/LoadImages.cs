using Shiplog.Contracts.Orders;
using Shiplog.Domain.Images;
using Shiplog.Server.DockerApi;

namespace Shiplog.Server.Images;

/// <summary>POST /images/load</summary>
internal sealed class LoadImages(ArchiveUpload upload, TimeProvider time) : IDockerEndpoint
{
    public async Task HandleAsync(DockerRequest request)
    {
        var platform = PlatformQuery.Of(request, since: 48)?.ToString();
        var context = request.NewCommand();
        using var archive = new StreamContent(request.Http.Request.Body, WorkerStream.BufferSize);
        var path = $"{WorkerStreams.LoadImages}?commandId={context.CommandId}" + (platform is null ? "" : $"&platform={Uri.EscapeDataString(platform)}");
        await upload.RunAsync(new ImageLoadRequested(context.CommandId, time.GetUtcNow()) { Platform = platform }, context, path, archive, request);
    }
}
