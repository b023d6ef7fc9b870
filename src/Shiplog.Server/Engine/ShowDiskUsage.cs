using Shiplog.Server.Containers;
using Shiplog.Server.DockerApi;
using Shiplog.Server.DockerApi.Dto;
using Shiplog.Server.Images;
using Shiplog.Server.Store;

namespace Shiplog.Server.Engine;

/// <summary>GET /system/df: what images take; the containers' own layers are not measured.</summary>
internal sealed class ShowDiskUsage(IEventLog log, TimeProvider time) : IDockerEndpoint
{
    public async Task HandleAsync(DockerRequest request)
    {
        var images = await log.ListImagesAsync(request.Cancellation);
        var containers = await log.ListContainersAsync(request.Cancellation);
        var references = await log.ListReferencesAsync(request.Cancellation);
        var (tags, names, now) = (ImageWire.TagsByImage(references), ImageNames.Of(references), time.GetUtcNow());
        // A layer that several images share is on the disk once.
        var layers = images.SelectMany(i => i.Layers).DistinctBy(l => l.ChainId).Sum(l => l.UnpackedSize);
        var reply = new DiskUsageReply(
            layers,
            [.. images.Select(i => ImageWire.Summary(i, tags[i.Id], request) with { Containers = containers.Count(c => c.ImageId == i.Id), SharedSize = 0 })],
            [.. containers.Select(c => ContainerWire.Summary(c, names.Shown(c), now))], [], [], 0);
        await request.WriteJsonAsync(reply, DockerJson.Default.DiskUsageReply);
    }
}
