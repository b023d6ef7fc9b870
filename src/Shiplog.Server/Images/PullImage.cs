using Shiplog.Contracts.Orders;
using Shiplog.Domain.Images;
using Shiplog.Server.Containers;
using Shiplog.Server.DockerApi;
using Shiplog.Server.Orders;
using Shiplog.Server.Store;
using PullImage = Shiplog.Domain.Images.PullImage;

namespace Shiplog.Server.Images;

/// <summary>POST /images/create: the worker's progress is passed on while the order runs.</summary>
internal sealed class PullImageEndpoint(ImagePulls pulls, ImportImageEndpoint import) : IDockerEndpoint
{
    public async Task HandleAsync(DockerRequest request)
    {
        if (request.Query("fromImage") is not { } image)
        {
            await import.HandleAsync(request);
            return;
        }

        var reference = Reference(image.TrimEnd(':'), request.Query("tag"));
        await pulls.PullAsync(reference, request.Version.AtLeast(32) ? request.Query("platform") : null, RegistryAuth.Of(request.Http.Request), request);
    }

    private static ImageReference Reference(string image, string? tag)
    {
        var text = tag is null ? image : tag.Contains(':', StringComparison.Ordinal) ? $"{image}@{tag}" : $"{image}:{tag}";
        return ImageReference.TryParse(text, out var reference, out var error) ? reference : throw DockerException.Invalid(error);
    }
}

/// <summary>Fetches images, and tells the client how it goes on.</summary>
internal sealed class ImagePulls(IEventLog log, IWorker worker, OrderWithProgress orders, TimeProvider time)
{
    /// <summary>For a client that asked for this alone, and is told a failure, too.</summary>
    /// <exception cref="DockerException">It is not to be had, and nothing had been told.</exception>
    public async Task PullAsync(ImageReference reference, string? platform, RegistryCredentials? credentials, DockerRequest request)
    {
        var context = request.NewCommand();
        using var progress = await orders.WatchAsync(context.CommandId, request);
        await orders.RunAsync(await AcceptAsync(reference, platform, credentials, context), progress, request);
    }

    /// <summary>For a build, which tells failures itself.</summary>
    /// <param name="quiet">Nothing is told.</param>
    /// <exception cref="DockerException">It is not to be had.</exception>
    public async Task PullForBuildAsync(ImageReference reference, string? platform, RegistryCredentials? credentials, bool quiet, DockerRequest request)
    {
        var context = request.NewCommand();
        using var progress = quiet ? null : await orders.WatchAsync(context.CommandId, request);
        var order = await AcceptAsync(reference, platform, credentials, context);
        var failure = progress is null ? (await worker.SendAsync(order, request.Cancellation)).Failure : await orders.OutcomeAsync(order, progress, request);
        if (failure is not null)
            throw DockerErrors.Of(failure);
    }

    private async Task<Contracts.Orders.PullImage> AcceptAsync(ImageReference reference, string? platform, RegistryCredentials? credentials, CommandContext context)
    {
        var command = new PullImage(context.CommandId, reference.ToString(), platform);
        var decision = await log.DecideAsync<Reference>(
            Streams.Reference(command.Reference), r => PullImage.Decide(command, r, time.GetUtcNow()), context, CancellationToken.None);
        var intent = ContainerCommands.Accepted<ImagePullRequested>(decision)
            ?? throw new InvalidOperationException("a new pull has been accepted before");
        return OrderFactory.Pull(intent, credentials);
    }
}
