using Shiplog.Contracts.Orders;
using Shiplog.Server.DockerApi;
using Shiplog.Server.DockerApi.Dto;
using Shiplog.Server.Orders;

namespace Shiplog.Server.Images;

/// <summary>Orders whose progress the worker streams, and the client sees, while they run.</summary>
internal sealed class OrderWithProgress(IWorker worker)
{
    /// <summary>Before the order is given, so that its first line is not missed.</summary>
    public Task<HttpResponseMessage> WatchAsync(string commandId, DockerRequest request) =>
        WorkerStream.GetAsync(worker, WorkerStreams.Progress(commandId), request.Cancellation);

    /// <summary>Until the first byte of progress a failure is a status; after it, a line of progress.</summary>
    /// <returns>Whether it has come to what was wanted.</returns>
    public async Task<bool> RunAsync(Order order, HttpResponseMessage progress, DockerRequest request)
    {
        if (await OutcomeAsync(order, progress, request) is not { } failure)
            return true;
        if (!request.Response.HasStarted)
            throw DockerErrors.Of(failure);
        await request.WriteLineAsync(ProgressError.Of(failure.Error), DockerJson.Default.ProgressError);
        return false;
    }

    /// <summary>As <see cref="RunAsync"/>, for one who tells the failure himself.</summary>
    /// <returns><see langword="null"/> where it has come to what was wanted.</returns>
    public async Task<OrderFailure?> OutcomeAsync(Order order, HttpResponseMessage progress, DockerRequest request)
    {
        // The client's going ends it, as it does in dockerd.
        var outcome = worker.SendAsync(order, request.Cancellation);
        if (!request.Response.HasStarted)
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
            failure = new OrderFailure(order.GetType().Name, FailureKind.Unavailable, e.Message);
        }
        finally
        {
            // The worker ends its progress with the order; one that does not must not hold the client.
            ended.CancelAfter(TimeSpan.FromSeconds(2));
            await copy;
        }
        return failure;
    }

    private static async Task CopyAsync(HttpResponseMessage progress, DockerRequest request, CancellationToken ended)
    {
        try
        {
            await WorkerStream.CopyAsync(progress, request.Response, ended);
        }
        catch (Exception e) when (e is OperationCanceledException or IOException or HttpRequestException)
        {
            // Progress is a courtesy; what came of it is the order's outcome.
            return;
        }
    }
}
