using System.Threading.Channels;
using Shiplog.Domain.Volumes;
using Shiplog.Server.Orders;
using Shiplog.Server.Store;

namespace Shiplog.Server.Volumes;

/// <summary>
/// Removes the volumes that go with their container. The intents are in the log together with the container's removal
/// (<see cref="BatchTranslation"/>); here their orders are sent at once. Where that fails the recovery drives them.
/// </summary>
internal sealed partial class AnonymousVolumes(Commits commits, IWorker worker, ILogger<AnonymousVolumes> log) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var intents = Channel.CreateUnbounded<VolumeRemoveRequested>();
        using var subscription = commits.Subscribe(Commits.EveryStream, e =>
        {
            if (e is VolumeRemoveRequested { ContainerId: not null } intent)
                intents.Writer.TryWrite(intent);
        });
        using var stop = stoppingToken.Register(() => intents.Writer.TryComplete());
        var under = new List<Task>();
        await foreach (var intent in intents.Reader.ReadAllAsync(CancellationToken.None))
        {
            under.RemoveAll(t => t.IsCompleted);
            under.Add(RemoveAsync(intent));
        }
    }

    private async Task RemoveAsync(VolumeRemoveRequested intent)
    {
        try
        {
            if ((await worker.SendAsync(OrderFactory.RemoveVolume(intent), CancellationToken.None)).Failure is { } failure)
                LogFailed(intent.Name, failure.Error);
        }
        catch (WorkerAwayException e)
        {
            LogFailed(intent.Name, e.Message);
        }
    }

    [LoggerMessage(220, LogLevel.Warning, "volume {Volume}, which its container left, is not removed: {Reason}")]
    private partial void LogFailed(string volume, string reason);
}
