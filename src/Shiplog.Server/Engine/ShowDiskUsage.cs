using System.Text.Json;
using Shiplog.Contracts;
using Shiplog.Contracts.Orders;
using Shiplog.Domain.Containers;
using Shiplog.Server.Containers;
using Shiplog.Server.DockerApi;
using Shiplog.Server.DockerApi.Dto;
using Shiplog.Server.Images;
using Shiplog.Server.Orders;
using Shiplog.Server.Store;
using Shiplog.Server.Volumes;

namespace Shiplog.Server.Engine;

/// <summary>GET /system/df: what images and volumes take; the containers' own layers are not measured.</summary>
internal sealed class ShowDiskUsage(IEventLog log, IVolumeLog volumeLog, IWorker worker, Instance instance, TimeProvider time) : IDockerEndpoint
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
            [.. containers.Select(c => ContainerWire.Summary(c, names.Shown(c), instance, now))],
            await VolumesAsync(containers, request.Cancellation), [], 0);
        await request.WriteJsonAsync(reply, DockerJson.Default.DiskUsageReply);
    }

    private async Task<VolumeDto[]> VolumesAsync(IReadOnlyList<Container> containers, CancellationToken cancellation)
    {
        var volumes = await volumeLog.ListVolumesAsync(cancellation);
        if (volumes is [])
            return [];
        using var answer = await WorkerStream.GetAsync(worker, WorkerStreams.VolumeSizes, cancellation);
        await using var content = await answer.Content.ReadAsStreamAsync(cancellation);
        var sizes = (await JsonSerializer.DeserializeAsync(content, DockerJson.Default.VolumeSizeArray, cancellation) ?? []).ToDictionary(s => s.Name, s => s.Bytes);
        return
        [
            .. volumes.Select(v => VolumeWire.Of(v, instance) with
            {
                UsageData = new VolumeUsageDto(sizes.GetValueOrDefault(v.Name), containers.Count(c => c.Mounts.Any(m => m.IsVolume && m.Name == v.Name))),
            }),
        ];
    }
}
