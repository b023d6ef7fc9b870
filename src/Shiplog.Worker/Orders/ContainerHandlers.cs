using Shiplog.Contracts.Orders;
using Shiplog.Worker.Lifecycle;

namespace Shiplog.Worker.Orders;

// One thin handler per order, found by Wolverine by their names. Public because Wolverine takes no others.

/// <summary>Runs <see cref="StartContainer"/>.</summary>
public static class StartContainerHandler
{
    /// <summary>Answers when the facts are recorded.</summary>
    public static Task<OrderOutcome> HandleAsync(StartContainer order, ContainerOrders containers, CancellationToken cancellation) =>
        containers.StartAsync(order, cancellation);
}

/// <summary>Runs <see cref="StopContainer"/>.</summary>
public static class StopContainerHandler
{
    /// <summary>Answers when the container's end is recorded.</summary>
    public static Task<OrderOutcome> HandleAsync(StopContainer order, ContainerOrders containers, CancellationToken cancellation) =>
        containers.StopAsync(order, cancellation);
}

/// <summary>Runs <see cref="KillContainer"/>.</summary>
public static class KillContainerHandler
{
    /// <summary>Answers when the signal is recorded; for SIGKILL, when the end is.</summary>
    public static Task<OrderOutcome> HandleAsync(KillContainer order, ContainerOrders containers, CancellationToken cancellation) =>
        containers.KillAsync(order, cancellation);
}

/// <summary>Runs <see cref="PauseContainer"/>.</summary>
public static class PauseContainerHandler
{
    /// <summary>Answers when the fact is recorded.</summary>
    public static Task<OrderOutcome> HandleAsync(PauseContainer order, ContainerOrders containers, CancellationToken cancellation) =>
        containers.PauseAsync(order, cancellation);
}

/// <summary>Runs <see cref="UnpauseContainer"/>.</summary>
public static class UnpauseContainerHandler
{
    /// <summary>Answers when the fact is recorded.</summary>
    public static Task<OrderOutcome> HandleAsync(UnpauseContainer order, ContainerOrders containers, CancellationToken cancellation) =>
        containers.UnpauseAsync(order, cancellation);
}

/// <summary>Runs <see cref="StartExec"/>.</summary>
public static class StartExecHandler
{
    /// <summary>Answers when the fact is recorded.</summary>
    public static Task<OrderOutcome> HandleAsync(StartExec order, ContainerOrders containers, CancellationToken cancellation) =>
        containers.StartExecAsync(order, cancellation);
}

/// <summary>Runs <see cref="UpdateContainer"/>.</summary>
public static class UpdateContainerHandler
{
    /// <summary>Answers when the fact is recorded.</summary>
    public static Task<OrderOutcome> HandleAsync(UpdateContainer order, ContainerOrders containers, CancellationToken cancellation) =>
        containers.UpdateAsync(order, cancellation);
}

/// <summary>Runs <see cref="RemoveContainer"/>.</summary>
public static class RemoveContainerHandler
{
    /// <summary>Answers when the fact is recorded.</summary>
    public static Task<OrderOutcome> HandleAsync(RemoveContainer order, ContainerOrders containers, CancellationToken cancellation) =>
        containers.RemoveAsync(order, cancellation);
}
