using Shiplog.Contracts.Orders;
using Shiplog.Worker.Network;

namespace Shiplog.Worker.Lifecycle;

/// <summary>
/// One step of bringing a container up. <see cref="UndoAsync"/> takes away what <see cref="DoAsync"/> made, all of it or
/// half of it, once or twice; it knows no more than the journal, since it may run in another life of the worker.
/// </summary>
internal interface IStep
{
    /// <summary>The name that the order has in the contract.</summary>
    string Name { get; }

    bool AppliesTo(StartContainer order);

    /// <returns>The fact; <see langword="null"/> where the step is not worth one.</returns>
    Task<Report?> DoAsync(StartContext start, CancellationToken cancellation);

    /// <returns>The undo fact; <see langword="null"/> where there is none.</returns>
    Task<Report?> UndoAsync(ContainerPaths container, StartContainer order, CancellationToken cancellation);
}

/// <summary>What the steps of one start hand to each other.</summary>
internal sealed class StartContext(ContainerPaths container, StartContainer order) : IDisposable
{
    public ContainerPaths Container => container;

    public StartContainer Order => order;

    /// <summary>The journal as it stands.</summary>
    public required ContainerRecord Record { get; set; }

    /// <summary>The hold on the container's own network namespace while it is being furnished.</summary>
    public NetworkNamespace? Network { get; set; }

    public void Dispose() => Network?.Dispose();
}
