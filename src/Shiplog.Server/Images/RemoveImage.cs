using Shiplog.Domain;
using Shiplog.Domain.Images;
using Shiplog.Server.DockerApi;
using Shiplog.Server.DockerApi.Dto;
using Shiplog.Server.Orders;
using Shiplog.Server.Store;

namespace Shiplog.Server.Images;

/// <summary>DELETE /images/{name}</summary>
internal sealed class RemoveImageEndpoint(IEventLog log, ImageRemover remover) : IDockerEndpoint
{
    public async Task HandleAsync(DockerRequest request)
    {
        if (string.IsNullOrWhiteSpace(request.Name))
            throw DockerException.Invalid("image name cannot be blank");
        var platform = PlatformQuery.Of(request, since: 50, "platforms");
        var image = await log.FindImageAsync(request.Name, request.Cancellation) ?? throw DockerException.NoSuchImage(request.Name);
        PlatformQuery.Check(platform, image, request.Name);
        var done = new List<ImageDeleted>();
        await remover.RemoveAsync(request, image, request.Name, request.Flag("force"), done);
        // With the image go those below it that nothing has a name for, unless the client says otherwise.
        if (!request.Flag("noprune") && done.Any(d => d.Deleted == image.Id))
            await remover.PruneAsync(request, image.ParentImageId, done);
        await request.WriteJsonAsync([.. done], DockerJson.Default.ImageDeletedArray);
    }
}

/// <summary>Takes names and images away.</summary>
internal sealed class ImageRemover(IEventLog log, IEventFeed feed, IWorker worker, TimeProvider time)
{
    /// <param name="done">What has been done so far, in Docker's words; added to.</param>
    /// <returns>The bytes that it freed.</returns>
    /// <exception cref="DockerException">It is refused, or came to nothing.</exception>
    public async Task<long> RemoveAsync(
        DockerRequest request, Image image, string named, bool force, List<ImageDeleted> done, string cause = "request")
    {
        var context = request.NewCommand(cause);
        var command = new RemoveImage(context.CommandId, named, force);
        var decision = RemoveImage.Decide(command, await UseOfAsync(image, request.Cancellation), time.GetUtcNow());
        if (decision is Decision.Refused refused)
            throw DockerException.Of(refused.Reason);
        var events = ((Decision.Accepted)decision).Events;
        await log.AppendAsync([.. events.Select(e => (StreamOf(e), e))], context, CancellationToken.None);
        done.AddRange(events.OfType<ImageUntagged>().Select(u => new ImageDeleted(Untagged: ImageReference.Parse(u.Reference).Familiar)));
        done.AddRange(events.OfType<ImageDigestsUntagged>().SelectMany(u => Untagged(u.RepoDigests)));
        return events.OfType<ImageRemoveRequested>().FirstOrDefault() is { } intent ? await DeleteAsync(intent, image, done) : 0;
    }

    private async Task<long> DeleteAsync(ImageRemoveRequested intent, Image image, List<ImageDeleted> done)
    {
        var removed = new TaskCompletionSource<ImageRemoved>(TaskCreationOptions.RunContinuationsAsynchronously);
        using var subscription = feed.Subscribe(Streams.Image(image.Id), e =>
        {
            if (e is ImageRemoved gone)
                removed.TrySetResult(gone);
        });
        var present = await log.ListImagesAsync(CancellationToken.None);
        var outcome = await worker.SendAsync(OrderFactory.RemoveImage(intent, present), CancellationToken.None);
        if (outcome.Failure is { } failure)
            throw DockerErrors.Of(failure);
        var fact = await removed.Task.WaitAsync(TimeSpan.FromSeconds(10), time);
        done.AddRange(Untagged(image.RepoDigests));
        done.Add(new ImageDeleted(Deleted: image.Id));
        done.AddRange(fact.DeletedLayers.Select(l => new ImageDeleted(Deleted: l)));
        return fact.FreedBytes;
    }

    private static IEnumerable<ImageDeleted> Untagged(string[] digests) =>
        digests.Select(d => new ImageDeleted(Untagged: ImageReference.TryParse(d, out var r, out _) ? r.Familiar : d));

    /// <summary>Takes the images away that nothing has a name for, from this one down.</summary>
    /// <returns>The bytes that it freed.</returns>
    public async Task<long> PruneAsync(DockerRequest request, string? parentId, List<ImageDeleted> done, string cause = "request")
    {
        var freed = 0L;
        while (parentId is not null && await log.FindImageAsync(parentId, CancellationToken.None) is { } parent)
        {
            var use = await UseOfAsync(parent, CancellationToken.None);
            if (use is not { References: [], Containers: [], Children: [] })
                break;
            freed += await RemoveAsync(request, parent, parent.Id, force: false, done, cause);
            parentId = parent.ParentImageId;
        }
        return freed;
    }

    private async Task<ImageUse> UseOfAsync(Image image, CancellationToken cancellation)
    {
        var references = await log.ListReferencesAsync(cancellation);
        var containers = await log.ListContainersAsync(cancellation);
        var images = await log.ListImagesAsync(cancellation);
        return new ImageUse(
            image, [.. references.Where(r => r.ImageId == image.Id).Select(r => r.Name)], [.. containers.Where(c => c.ImageId == image.Id)],
            [.. images.Where(i => i.ParentImageId == image.Id).Select(i => i.Id)]);
    }

    private static string StreamOf(object @event) => @event switch
    {
        ImageUntagged e => Streams.Reference(e.Reference),
        ImageDigestsUntagged e => Streams.Image(e.ImageId),
        ImageRemoveRequested e => Streams.Image(e.ImageId),
        _ => throw new InvalidOperationException($"{@event.GetType().Name} has no stream here"),
    };
}
