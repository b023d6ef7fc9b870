using Shiplog.Contracts;
using Shiplog.Contracts.Orders;
using Shiplog.Contracts.Views;
using Shiplog.Server.Orders;
using Shiplog.Server.Recovery;
using Shiplog.Server.Store;

namespace Shiplog.Server.Rest;

/// <summary>The engine's own state. Answers also when everything else is away.</summary>
internal sealed class Status(IEventFeed feed, OpenCommands open, IWorker worker, Instance instance, HostName host)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    public async Task<StatusView> GetAsync(CancellationToken cancellation)
    {
        var worker = WorkerAsync(cancellation);
        var (store, last, commands) = await StoreAsync(cancellation);
        return new StatusView(Startup.Version, host.Value, store, await worker, instance.DockerSocket, last, commands);
    }

    private async Task<(bool Answers, long Last, int Open)> StoreAsync(CancellationToken cancellation)
    {
        try
        {
            return (true, await feed.LastSequenceAsync(cancellation), await open.CountAsync(cancellation));
        }
        catch (StoreAwayException)
        {
            return (false, 0, 0);
        }
    }

    private async Task<bool> WorkerAsync(CancellationToken cancellation)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        patience.CancelAfter(Patience);
        try
        {
            using var answer = await worker.Streams.GetAsync(new Uri(WorkerStreams.Ready, UriKind.Relative), patience.Token);
            return answer.IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            return false;
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            return false;
        }
    }
}
