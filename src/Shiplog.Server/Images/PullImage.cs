using Shiplog.Domain.Images;
using Shiplog.Server.Containers;
using Shiplog.Server.DockerApi;
using Shiplog.Server.Orders;
using Shiplog.Server.Store;
using PullImage = Shiplog.Domain.Images.PullImage;

namespace Shiplog.Server.Images;

/// <summary>POST /images/create: the worker's progress is passed on while the order runs.</summary>
internal sealed class PullImageEndpoint(IEventLog log, OrderWithProgress orders, ImportImageEndpoint import, TimeProvider time) : IDockerEndpoint
{
    public async Task HandleAsync(DockerRequest request)
    {
        if (request.Query("fromImage") is not { } image)
        {
            await import.HandleAsync(request);
            return;
        }

        var reference = Reference(image.TrimEnd(':'), request.Query("tag"));
        var context = request.NewCommand();
        var command = new PullImage(context.CommandId, reference.ToString(), request.Version.AtLeast(32) ? request.Query("platform") : null);
        using var progress = await orders.WatchAsync(context.CommandId, request);
        var decision = await log.DecideAsync<Reference>(
            Streams.Reference(command.Reference), r => PullImage.Decide(command, r, time.GetUtcNow()), context, CancellationToken.None);
        var intent = ContainerCommands.Accepted<ImagePullRequested>(decision)
            ?? throw new InvalidOperationException("a new pull has been accepted before");
        await orders.RunAsync(OrderFactory.Pull(intent, RegistryAuth.Of(request.Http.Request)), progress, request);
    }

    private static ImageReference Reference(string image, string? tag)
    {
        var text = tag is null ? image : tag.Contains(':', StringComparison.Ordinal) ? $"{image}@{tag}" : $"{image}:{tag}";
        return ImageReference.TryParse(text, out var reference, out var error) ? reference : throw DockerException.Invalid(error);
    }
}
