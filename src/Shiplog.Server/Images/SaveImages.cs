using Shiplog.Contracts.Orders;
using Shiplog.Domain.Images;
using Shiplog.Server.DockerApi;
using Shiplog.Server.Orders;
using Shiplog.Server.Store;

namespace Shiplog.Server.Images;

/// <summary>GET /images/get and /images/{name}/get: an archive that Docker and OCI tools read.</summary>
internal sealed class SaveImages(IEventLog log, IWorker worker) : IDockerEndpoint
{
    public async Task HandleAsync(DockerRequest request)
    {
        string[] names = request.Name is "" ? request.Queries("names") : [request.Name];
        if (names is [])
            throw DockerException.Invalid("no image is named");
        var platform = PlatformQuery.Of(request, since: 48);
        var references = await log.ListReferencesAsync(request.Cancellation);
        var wanted = new Dictionary<string, HashSet<string>>();
        foreach (var name in names)
        {
            var (id, tags) = await ResolveAsync(name, platform, references, request.Cancellation);
            if (!wanted.TryGetValue(id, out var all))
                wanted[id] = all = [];
            all.UnionWith(tags);
        }
        var query = string.Join('&', wanted.Select(w => $"image={Uri.EscapeDataString($"{w.Key}={string.Join(',', w.Value)}")}"));
        using var answer = await WorkerStream.GetAsync(worker, $"{WorkerStreams.SaveImages}?{query}", request.Cancellation);
        request.Response.ContentType = "application/x-tar";
        await WorkerStream.CopyAsync(answer, request.Response, request.Cancellation);
    }

    /// <summary>A name is saved with its image; an id without.</summary>
    private async Task<(string Id, string[] Tags)> ResolveAsync(
        string name, ImagePlatform? platform, IReadOnlyList<Reference> references, CancellationToken cancellation)
    {
        var image = await log.FindImageAsync(name, cancellation) ?? throw DockerException.NotFound($"reference does not exist: {name}");
        if (platform?.Accepts(ImagePlatform.Of(ImageWire.ConfigOf(image))) == false)
            throw DockerException.NotFound($"no suitable export target found for platform {platform}");
        if (!ImageReference.TryParse(name, out var reference, out _) || reference.Digest is not null)
            return (image.Id, []);
        var full = reference.ToString();
        return (image.Id, references.Any(r => r.Name == full && r.ImageId == image.Id) ? [full] : []);
    }
}
