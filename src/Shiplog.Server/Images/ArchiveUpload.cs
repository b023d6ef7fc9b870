using Shiplog.Contracts.Orders;
using Shiplog.Domain.Images;
using Shiplog.Server.DockerApi;
using Shiplog.Server.Orders;
using Shiplog.Server.Store;

namespace Shiplog.Server.Images;

/// <summary>An accepted load or import: the archive goes to the worker as it comes; its progress comes back.</summary>
internal sealed class ArchiveUpload(IEventLog log, IWorker worker, InFlight inFlight, TimeProvider time)
{
    /// <param name="content">With the archive.</param>
    /// <exception cref="WorkerAwayException">The worker does not answer; the log says so.</exception>
    public async Task RunAsync(ImageLoadRequested intent, CommandContext context, string path, HttpContent content, DockerRequest request)
    {
        using var flight = inFlight.Enter(intent.CommandId);
        await log.AppendAsync([(Streams.Load(intent.CommandId), intent)], context, CancellationToken.None);
        HttpResponseMessage answer;
        try
        {
            answer = await WorkerStream.PostAsync(worker, path, content, request.Cancellation);
        }
        catch (WorkerAwayException e)
        {
            // No worker ever saw the archive and the client's bytes are gone: nothing can drive this again.
            await log.AppendAsync(
                [(Streams.Load(intent.CommandId), new ImageLoadFailed(intent.CommandId, nameof(FailureKind.Unavailable), e.Message, time.GetUtcNow()))],
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
