using Shiplog.Contracts.Orders;
using Shiplog.Domain.Images;
using Shiplog.Server.DockerApi;
using Shiplog.Server.Orders;
using Shiplog.Server.Store;

namespace Shiplog.Server.Images;

/// <summary>POST /images/load: the archive goes to the worker as it comes; its progress comes back.</summary>
internal sealed class LoadImages(IEventLog log, IWorker worker, InFlight inFlight, TimeProvider time) : IDockerEndpoint
{
    public async Task HandleAsync(DockerRequest request)
    {
        var context = request.NewCommand();
        using var flight = inFlight.Enter(context.CommandId);
        await log.AppendAsync(
            [(Streams.Load(context.CommandId), new ImageLoadRequested(context.CommandId, time.GetUtcNow()))], context, CancellationToken.None);
        HttpResponseMessage answer;
        try
        {
            answer = await WorkerStream.PostAsync(
                worker, $"{WorkerStreams.LoadImages}?commandId={context.CommandId}", request.Http.Request.Body, request.Cancellation);
        }
        catch (WorkerAwayException e)
        {
            // No worker ever saw the archive and the client's bytes are gone: nothing can drive this again.
            await log.AppendAsync(
                [(Streams.Load(context.CommandId), new ImageLoadFailed(context.CommandId, nameof(FailureKind.Unavailable), e.Message, time.GetUtcNow()))],
                context, CancellationToken.None);
            throw;
        }
        using (answer)
        {
            await request.StartAsync("application/json");
            await WorkerStream.CopyAsync(answer, request.Response, request.Cancellation);
        }
    }
}
