using Shiplog.Domain.Images;
using Shiplog.Server.Containers;
using Shiplog.Server.DockerApi;
using Shiplog.Server.DockerApi.Dto;
using Shiplog.Server.Orders;
using Shiplog.Server.Store;

namespace Shiplog.Server.Images;

/// <summary>POST /images/{name}/push: one tag, or, where none is named, all that the repository has here, one after the other.</summary>
internal sealed class PushImageEndpoint(IEventLog log, OrderWithProgress orders, TimeProvider time) : IDockerEndpoint
{
    public async Task HandleAsync(DockerRequest request)
    {
        var platform = PlatformQuery.Of(request, since: 46);
        var name = Repository(request.Name);
        // As dockerd: the name itself may say the tag, which its parser would otherwise fill in.
        var tag = request.Query("tag") ?? (request.Name.LastIndexOf(':') > request.Name.LastIndexOf('/') ? name.Tag : null);
        if (tag is not null && !ImageReference.TryParse($"{name.Repository}:{tag}", out _, out _))
            throw DockerException.Invalid("invalid tag format");
        var known = (await log.ListReferencesAsync(request.Cancellation)).Select(r => ImageReference.Parse(r.Name)).Where(r => r.Repository == name.Repository);
        string[] tags = [.. known.Select(r => r.Tag).OfType<string>().Order(StringComparer.Ordinal)];
        if (platform is not null)
            await CheckAsync(platform, tag is null ? [.. tags.Select(t => name with { Tag = t })] : [name with { Tag = tag }], request);
        // As dockerd: from here on whatever goes wrong is a line of progress.
        await request.StartAsync("application/json");
        await request.WriteLineAsync(new ProgressStatus($"The push refers to repository [{name.Repository}]"), DockerJson.Default.ProgressStatus);
        if (tags is [])
        {
            await FailAsync(request, $"An image does not exist locally with the tag: {name.FamiliarRepository}");
            return;
        }
        foreach (var one in tag is null ? tags : [tag])
        {
            if (!await PushAsync($"{name.Repository}:{one}", request))
                return;
        }
    }

    /// <exception cref="DockerException">One of them is for another platform, or not here.</exception>
    private async Task CheckAsync(ImagePlatform platform, ImageReference[] references, DockerRequest request)
    {
        foreach (var reference in references)
        {
            var image = await log.FindImageAsync(reference.ToString(), request.Cancellation) ?? throw DockerException.NoSuchImage(reference.ToString());
            PlatformQuery.Check(platform, image, reference.Familiar);
        }
    }

    /// <returns>Whether the registry has it.</returns>
    private async Task<bool> PushAsync(string reference, DockerRequest request)
    {
        var context = request.NewCommand();
        var command = new PushImage(context.CommandId, reference);
        using var progress = await orders.WatchAsync(context.CommandId, request);
        var decision = await log.DecideAsync<Reference>(
            Streams.Reference(reference), r => PushImage.Decide(command, r, time.GetUtcNow()), context, CancellationToken.None);
        if (decision is Domain.Decision.Refused { Reason.Message: var reason })
            return await FailAsync(request, reason);
        var intent = ContainerCommands.Accepted<ImagePushRequested>(decision)
            ?? throw new InvalidOperationException("a new push has been accepted before");
        var present = await log.ListImagesAsync(CancellationToken.None);
        return await orders.RunAsync(OrderFactory.Push(intent, RegistryAuth.Of(request.Http.Request), present), progress, request);
    }

    private static async Task<bool> FailAsync(DockerRequest request, string error)
    {
        await request.WriteLineAsync(ProgressError.Of(error), DockerJson.Default.ProgressError);
        return false;
    }

    private static ImageReference Repository(string name) =>
        !ImageReference.TryParse(name, out var reference, out var error) ? throw DockerException.Invalid(error)
        : reference.Digest is not null ? throw DockerException.Invalid("cannot push a digest reference")
        : reference;
}
