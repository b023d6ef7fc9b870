using Shiplog.Contracts.Orders;
using Shiplog.Domain.Builds;
using Shiplog.Domain.Containers;
using Shiplog.Domain.Images;
using Shiplog.Domain.Networks;
using Shiplog.Domain.Volumes;
using Shiplog.Server.Builds;
using Shiplog.Server.Orders;
using Shiplog.Server.Store;
using Shiplog.Server.Volumes;

namespace Shiplog.Server.Recovery;

/// <summary>Drives one open command to its outcome: the same order, under the same id, or a failure with the reason.</summary>
internal sealed partial class Redrive(
    OpenCommands open, IEventLog log, VolumeDirectory volumes, WorkerClient worker, OrderFactory orders, BuildContainers builds, ILogger<Redrive> logger)
{
    /// <summary>Returns when the command has its outcome, or the worker is away.</summary>
    /// <exception cref="StoreAwayException">PostgreSQL does not answer.</exception>
    public async Task DriveAsync(OpenCommandRow row, CancellationToken cancellation)
    {
        var (order, reason) = await OrderAsync(row.Intent, cancellation);
        if (order is null)
        {
            if (row.Intent is ImageBuildRequested)
                await builds.RemoveOfAsync(row.CommandId, () => row.Context with { CommandId = Guid.CreateVersion7().ToString("n"), Cause = "recovery" });
            await FailAsync(row, new OrderFailure("", FailureKind.Interrupted, reason), cancellation);
            return;
        }
        try
        {
            LogDriving(row.Kind, row.CommandId, row.Stream);
            var outcome = await worker.SendAsync(order, cancellation);
            // The worker answers after its facts are durable. If the command is open all the same, they did not fit: say so, once.
            if (await open.IsOpenAsync(row.CommandId, cancellation))
                await FailAsync(row, outcome.Failure ?? new OrderFailure("", FailureKind.Internal, "the worker answered without an outcome"), cancellation);
        }
        catch (WorkerAwayException e)
        {
            LogWorkerAway(row.Kind, row.CommandId, e.Message);
        }
    }

    private async Task FailAsync(OpenCommandRow row, OrderFailure failure, CancellationToken cancellation)
    {
        LogFailing(row.Kind, row.CommandId, row.Stream, failure.Error);
        await open.FailAsync(row, failure, cancellation);
    }

    private async Task<(Order? Order, string Reason)> OrderAsync(object intent, CancellationToken cancellation) => intent switch
    {
        ContainerStartRequested i => await log.FindContainerAsync(i.ContainerId, cancellation) is { } container
            ? (orders.Start(container, i, await volumes.OfAsync(container, cancellation)), "")
            : (null, "the container is gone"),
        ContainerStopRequested i => await OfContainerAsync(i.ContainerId, _ => OrderFactory.Stop(i), cancellation),
        ContainerPauseRequested i => await OfContainerAsync(i.ContainerId, _ => OrderFactory.Pause(i), cancellation),
        ContainerUnpauseRequested i => await OfContainerAsync(i.ContainerId, _ => OrderFactory.Unpause(i), cancellation),
        ContainerCommitRequested i => await OfContainerAsync(i.ContainerId, c => OrderFactory.Commit(c, i), cancellation),
        ContainerUpdateRequested i => await OfContainerAsync(i.ContainerId, _ => OrderFactory.Update(i), cancellation),
        ContainerRemoveRequested i => await OfContainerAsync(i.ContainerId, _ => OrderFactory.Remove(i), cancellation),
        ExecStartRequested i => await OfContainerAsync(i.ContainerId, _ => OrderFactory.OutcomeOf(i), cancellation),
        ImagePullRequested i => (OrderFactory.Pull(i, null), ""),
        ImagePushRequested i => (OrderFactory.Push(i, null, await log.ListImagesAsync(cancellation)), ""),
        ImageRemoveRequested i => (OrderFactory.RemoveImage(i, await log.ListImagesAsync(cancellation)), ""),
        VolumeCreateRequested i when LocalDriver.HidesSecrets(i.Options) =>
            (null, "interrupted: the password among the volume's options is not kept; create it again"),
        VolumeCreateRequested i => (OrderFactory.CreateVolume(i, i.Options), ""),
        VolumeRemoveRequested i => (OrderFactory.RemoveVolume(i), ""),
        ContainerConnectRequested i => await OfContainerAsync(i.ContainerId, c => orders.Connect(c, i), cancellation),
        ContainerDisconnectRequested i => await OfContainerAsync(i.ContainerId, _ => OrderFactory.Disconnect(i), cancellation),
        NetworkRemoveRequested i => await log.FindNetworkAsync(i.NetworkId, cancellation) is { } network
            ? (OrderFactory.RemoveNetwork(i, network), "")
            : (null, "the network is gone"),
        // Sent late, the signal might hit another run of the program.
        ContainerKillRequested => (null, "interrupted before it was known whether the signal was delivered"),
        // The archive came over the client's connection, which is gone.
        ImageBuildRequested => (null, "interrupted: the context came over the client's connection, which is gone; build it again"),
        ImageLoadRequested => (null, "interrupted: the archive's upload did not end; load it again"),
        ContainerFilesReadRequested => (null, "interrupted: the archive did not go out whole; copy again"),
        ContainerFilesWriteRequested => (null, "interrupted: the archive did not come in whole; some of it may have been copied"),
        _ => (null, $"this server does not know how to go on with {intent.GetType().Name}"),
    };

    private async Task<(Order? Order, string Reason)> OfContainerAsync(string id, Func<Container, Order> order, CancellationToken cancellation) =>
        await log.FindContainerAsync(id, cancellation) is { } container ? (order(container), "") : (null, "the container is gone");

    [LoggerMessage(201, LogLevel.Information, "driving {Kind} {CommandId} of {Stream} again")]
    private partial void LogDriving(string kind, string commandId, string stream);

    [LoggerMessage(202, LogLevel.Information, "{Kind} {CommandId} stays open: {Reason}")]
    private partial void LogWorkerAway(string kind, string commandId, string reason);

    [LoggerMessage(203, LogLevel.Warning, "failing {Kind} {CommandId} of {Stream}: {Reason}")]
    private partial void LogFailing(string kind, string commandId, string stream, string reason);
}
