using Shiplog.Server.DockerApi;
using Shiplog.Server.Engine;
using Shiplog.Server.Store;

namespace Shiplog.Server.Images;

/// <summary>GET /images/{name}/json</summary>
internal sealed class InspectImage(IEventLog log, StorageOfHost storage) : IDockerEndpoint
{
    public async Task HandleAsync(DockerRequest request)
    {
        var platform = PlatformQuery.Of(request, since: 49);
        if (platform is not null && request.Flag("manifests"))
            throw DockerException.Invalid("conflicting options: manifests and platform options cannot both be set");
        var image = await log.FindImageAsync(request.Name, request.Cancellation) ?? throw DockerException.NoSuchImage(request.Name);
        PlatformQuery.Check(platform, image, request.Name);
        var references = (await log.ListReferencesAsync(request.Cancellation)).Where(r => r.ImageId == image.Id).ToArray();
        var inspect = ImageWire.Inspect(
            image, ImageWire.TagsByImage(references)[image.Id], references is [] ? null : references.Max(r => r.At),
            await storage.DriverAsync(request.Cancellation), request.Version);
        await request.WriteJsonAsync(inspect, DockerJson.Default.ImageInspect);
    }
}
