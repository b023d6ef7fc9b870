using Shiplog.Contracts.Orders;
using Shiplog.Domain.Images;
using Shiplog.Server.Containers;
using Shiplog.Server.DockerApi;
using Shiplog.Server.DockerApi.Dto;
using Shiplog.Server.Orders;
using Shiplog.Server.Store;
using PullImage = Shiplog.Domain.Images.PullImage;

namespace Shiplog.Server.Images;

/// <summary>POST /images/create: the worker's progress is passed on while the order runs.</summary>
internal sealed class PullImageEndpoint(IEventLog log, IWorker worker, TimeProvider time) : IDockerEndpoint
{
    public async Task HandleAsync(DockerRequest request)
    {
        if (request.Query("fromImage") is not { } image)
            throw DockerException.NotBuilt("importing an image from an archive (fromSrc)");
        var reference = Reference(image.TrimEnd(':'), request.Query("tag"));
        var context = request.NewCommand();
        var command = new PullImage(context.CommandId, reference.ToString(), request.Version.AtLeast(32) ? request.Query("platform") : null);
        using var progress = await WorkerStream.GetAsync(worker, WorkerStreams.Progress(context.CommandId), request.Cancellation);
        var decision = await log.DecideAsync<Reference>(
            Streams.Reference(command.Reference), r => PullImage.Decide(command, r, time.GetUtcNow()), context, CancellationToken.None);
        var intent = ContainerCommands.Accepted<ImagePullRequested>(decision)
            ?? throw new InvalidOperationException("a new pull has been accepted before");
        await RunAsync(OrderFactory.Pull(intent, RegistryAuth.Of(request.Http.Request)), progress, request);
    }

    /// <summary>Until the first byte of progress a failure is a status; after it, a line of progress.</summary>
    private async Task RunAsync(Order order, HttpResponseMessage progress, DockerRequest request)
    {
        // The client's going ends the pull, as it does in dockerd.
        var outcome = worker.SendAsync(order, request.Cancellation);
        request.Response.ContentType = "application/json";
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(request.Cancellation);
        var copy = CopyAsync(progress, request, ended.Token);
        OrderFailure? failure;
        try
        {
            failure = (await outcome).Failure;
        }
        catch (WorkerAwayException e) when (request.Response.HasStarted)
        {
            failure = new OrderFailure("PullImage", FailureKind.Unavailable, e.Message);
        }
        finally
        {
            // The worker ends its progress with the order; one that does not must not hold the client.
            ended.CancelAfter(TimeSpan.FromSeconds(2));
            await copy;
        }
        if (failure is null)
            return;
        if (!request.Response.HasStarted)
            throw DockerErrors.Of(failure);
        await request.WriteLineAsync(new ProgressError(new ProgressErrorDetail(failure.Error), failure.Error), DockerJson.Default.ProgressError);
    }

    private static async Task CopyAsync(HttpResponseMessage progress, DockerRequest request, CancellationToken ended)
    {
        try
        {
            await WorkerStream.CopyAsync(progress, request.Response, ended);
        }
        catch (Exception e) when (e is OperationCanceledException or IOException or HttpRequestException)
        {
            // Progress is a courtesy; what came of the pull is the order's outcome.
            return;
        }
    }

    private static ImageReference Reference(string image, string? tag)
    {
        var text = tag is null ? image : tag.Contains(':', StringComparison.Ordinal) ? $"{image}@{tag}" : $"{image}:{tag}";
        return ImageReference.TryParse(text, out var reference, out var error) ? reference : throw DockerException.Invalid(error);
    }
}
