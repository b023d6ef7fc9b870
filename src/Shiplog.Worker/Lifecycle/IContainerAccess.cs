using Shiplog.Contracts.Orders;

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
internal sealed class ContainerHold(string? upperPath, Report? paused, Func<Task<Report>>? thaw)
{
    private Func<Task<Report>>? _thaw = thaw;

    /// <summary>The read-write layer; <see langword="null"/> where the container has never been started: nothing is in it.</summary>
    public string? UpperPath => upperPath;

    /// <summary>The fact that it was frozen, to be reported first; <see langword="null"/> where it was not.</summary>
    public Report? Paused => paused;

    /// <summary>Lets it go. Returns the fact that it was thawed, to be reported; <see langword="null"/> where there is none.</summary>
    public async Task<Report?> ReleaseAsync() =>
        Interlocked.Exchange(ref _thaw, null) is { } resume ? await resume() : null;
}

/// <inheritdoc/>
internal sealed class ContainerAccess(Containers containers, ContainerPauser pauser) : IContainerAccess
{
    public async Task<ContainerHold> HoldAsync(string containerId, bool freeze)
    {
        var upper = containers.Paths(containerId).Upper;
        var path = Directory.Exists(upper) ? upper : null;
        if (!freeze || containers.Find(containerId) is not { Record.Paused: false } run)
            return new ContainerHold(path, null, null);
        return new ContainerHold(path, await pauser.FreezeAsync(run), () => pauser.ThawAsync(run));
    }
}
