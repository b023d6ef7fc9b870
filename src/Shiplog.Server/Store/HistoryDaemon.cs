using JasperFx;
using JasperFx.Events.Daemon;
using Marten;

namespace Shiplog.Server.Store;

/// <summary>
/// Runs the asynchronous projections. They may lag and they may be rebuilt; a projection that cannot apply an event stops
/// rather than skip it, is said so in the log, and is tried again.
/// </summary>
internal sealed partial class HistoryDaemon(IDocumentStore store, TimeProvider time, ILogger<HistoryDaemon> log) : BackgroundService
{
    private static readonly TimeSpan Look = TimeSpan.FromSeconds(5);

    private string? _told;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        // Nothing that a starting server's first answers need.
        await Task.Yield();
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                using var daemon = await store.BuildProjectionDaemonAsync();
                await daemon.StartAllAsync();
                _told = null;
                await WatchAsync(daemon, stoppingToken);
                await daemon.StopAllAsync();
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
#pragma warning disable CA1031 // Whatever it was: histories must not take the server down, and are tried again.
            catch (Exception fault)
#pragma warning restore CA1031
            {
                if (fault.Message != _told)
                    LogStopped(_told = fault.Message, Look);
                await Task.Delay(Look, time, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    /// <summary>Returns when a projection has stopped, or the server does.</summary>
    private async Task WatchAsync(IProjectionDaemon daemon, CancellationToken stopping)
    {
        while (!stopping.IsCancellationRequested)
        {
            await Task.Delay(Look, time, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (daemon.HasAnyPaused() || daemon.CurrentAgents().Any(a => a.Status != AgentStatus.Running))
            {
                LogStopped("a projection could not go on", Look);
                return;
            }
        }
    }

    [LoggerMessage(105, LogLevel.Warning, "histories have stopped: {Reason}; tried again in {After}")]
    private partial void LogStopped(string reason, TimeSpan after);
}
