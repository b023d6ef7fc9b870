using Shiplog.Contracts;
using Shiplog.Contracts.Orders;
using Shiplog.Worker.Storage;

namespace Shiplog.Worker.Lifecycle;

/// <summary>Containers as those see them who read their files: to make an image of one, to copy from one.</summary>
internal interface IContainerAccess
{
    /// <summary>
    /// Holds a container's files still, until the returned hold is let go. Needs the container's turn, which an order about
    /// the container has.
    /// </summary>
    /// <param name="freeze">Freeze its processes if it runs and is not frozen already.</param>
    Task<ContainerHold> HoldAsync(string containerId, bool freeze);
}

/// <summary>A container held still.</summary>
internal sealed class ContainerHold(Func<string[], Stream, CancellationToken, bool>? writeDiff, Report? paused, Func<Task<Report>>? thaw)
{
    private Func<Task<Report>>? _thaw = thaw;

    /// <summary>
    /// Writes what it has changed as a layer's tar, given the chain ids of its image's layers, and tells whether that was anything;
    /// <see langword="null"/> where the container has never been started: there is no read-write layer.
    /// </summary>
    public Func<string[], Stream, CancellationToken, bool>? WriteDiff => writeDiff;

    /// <summary>The fact that it was frozen, to be reported first; <see langword="null"/> where it was not.</summary>
    public Report? Paused => paused;

    /// <summary>Lets it go. Returns the fact that it was thawed, to be reported; <see langword="null"/> where there is none.</summary>
    public async Task<Report?> ReleaseAsync() =>
        Interlocked.Exchange(ref _thaw, null) is { } resume ? await resume() : null;
}

/// <inheritdoc/>
internal sealed class ContainerAccess(Instance instance, StorageDrivers drivers, Containers containers, ContainerPauser pauser) : IContainerAccess
{
    public async Task<ContainerHold> HoldAsync(string containerId, bool freeze)
    {
        var paths = containers.Paths(containerId);
        Func<string[], Stream, CancellationToken, bool>? diff = paths.HasReadWriteLayer
            ? (chain, tar, cancellation) => drivers.For(paths).WriteDiff(paths, RootLayers.Find(instance, chain), tar, cancellation)
            : null;
        if (!freeze || containers.Find(containerId) is not { Record.Paused: false } run)
            return new ContainerHold(diff, null, null);
        return new ContainerHold(diff, await pauser.FreezeAsync(run), () => pauser.ThawAsync(run));
    }
}
