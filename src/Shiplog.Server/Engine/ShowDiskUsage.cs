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

/// <summary>GET /system/df: what images, containers and volumes take of the disk; all of it, or the kinds of <c>type</c>.</summary>
internal sealed class ShowDiskUsage(
    IEventLog log, IVolumeLog volumeLog, ContainerMeasure measure, IWorker worker, Instance instance, TimeProvider time) : IDockerEndpoint
{
    public async Task HandleAsync(DockerRequest request)
    {
        var types = request.Version.AtLeast(42) ? request.Queries("type").ToArray() : [];
        foreach (var type in types.Where(t => t is not ("container" or "image" or "volume" or "build-cache")))
            throw DockerException.Invalid($"unknown object type: {type}");
        var containers = await log.ListContainersAsync(request.Cancellation);
        var images = Wanted("image") ? await log.ListImagesAsync(request.Cancellation) : null;
        var references = await log.ListReferencesAsync(request.Cancellation);
        var sharing = images is null ? null : new LayerSharing(images);
        await request.WriteJsonAsync(
            new DiskUsageReply(
                sharing?.LayersSize ?? 0, images is null ? null : Images(images, sharing!, containers, references, request),
                Wanted("container") ? await ContainersAsync(containers, references, request.Cancellation) : null,
                Wanted("volume") ? await VolumesAsync(containers, request.Cancellation) : null,
                Wanted("build-cache") ? [] : null, 0),
            DockerJson.Default.DiskUsageReply);

        bool Wanted(string type) => types is [] || types.Contains(type);
    }

    private static ImageSummary[] Images(
        IReadOnlyList<Domain.Images.Image> images, LayerSharing sharing, IReadOnlyList<Container> containers, IReadOnlyList<Domain.Images.Reference> references,
        DockerRequest request)
    {
        var tags = ImageWire.TagsByImage(references);
        var users = containers.CountBy(c => c.ImageId).ToDictionary();
        return
        [
            .. images.Select(i => ImageWire.Summary(i, tags[i.Id], request) with { Containers = users.GetValueOrDefault(i.Id), SharedSize = sharing.SharedSize(i) }),
        ];
    }

    private async Task<ContainerSummary[]> ContainersAsync(
        IReadOnlyList<Container> containers, IReadOnlyList<Domain.Images.Reference> references, CancellationToken cancellation)
    {
        var (names, now) = (ImageNames.Of(references), time.GetUtcNow());
        var shown = new List<ContainerSummary>();
        foreach (var c in containers)
            shown.Add(await measure.InAsync(ContainerWire.Summary(c, names.Shown(c), instance, now), c, cancellation));
        return [.. shown];
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
