using Shiplog.Domain.Images;
using Shiplog.Server.DockerApi;
using Shiplog.Server.DockerApi.Dto;
using Shiplog.Server.Store;

namespace Shiplog.Server.Images;

/// <summary>POST /images/prune: images without a name, on demand all that no container is made of; each by a removal of its own with the cause <c>prune</c>.</summary>
internal sealed class PruneImages(IEventLog log, ImageRemover remover, TimeProvider time) : IDockerEndpoint
{
    public async Task HandleAsync(DockerRequest request)
    {
        var filters = Filters.Read(request.Query("filters"), "dangling", "label", "label!", "until");
        var danglingOnly = filters["dangling"] switch
        {
            [] or ["1" or "true"] => true,
            ["0" or "false"] => false,
            var other => throw DockerException.Invalid($"invalid filter 'dangling=[{string.Join(' ', other)}]'"),
        };
        var until = PruneFilters.Until(filters, time.GetUtcNow());
        var names = (await log.ListReferencesAsync(request.Cancellation)).Where(r => r.ImageId is not null).ToLookup(r => r.ImageId!, r => ImageReference.Parse(r.Name));
        var images = await log.ListImagesAsync(request.Cancellation);
        var deleted = new List<ImageDeleted>();
        var freed = 0L;
        foreach (var image in images.Where(i => names[i.Id].Any() || !images.Any(child => child.ParentImageId == i.Id)))
        {
            var config = ImageWire.ConfigOf(image);
            if (config.Created > until || !PruneFilters.Labels(filters, config.Config.Labels) ||
                (danglingOnly && names[image.Id].Any(n => n.Tag is not null)))
                continue;
            freed += await RemoveAsync(request, image, [.. names[image.Id]], deleted);
        }
        await request.WriteJsonAsync(new ImagesPruned(deleted is [] ? null : [.. deleted], freed), DockerJson.Default.ImagesPruned);
    }

    /// <summary>By each of its names, as somebody would by hand; what something still needs stays.</summary>
    private async Task<long> RemoveAsync(DockerRequest request, Image image, ImageReference[] names, List<ImageDeleted> deleted)
    {
        var freed = 0L;
        string[] handles = names is [] ? [image.Id] : [.. names.Select(n => n.ToString())];
        foreach (var handle in handles)
        {
            try
            {
                freed += await remover.RemoveAsync(request, image, handle, force: false, deleted, PruneFilters.Cause);
            }
            catch (DockerException e) when (e.Status is 404 or 409)
            {
                // In use, or gone meanwhile.
            }
        }
        return deleted.Any(d => d.Deleted == image.Id)
            ? freed + await remover.PruneAsync(request, image.ParentImageId, deleted, PruneFilters.Cause)
            : freed;
    }
}
