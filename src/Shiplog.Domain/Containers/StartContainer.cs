using Shiplog.Contracts.Orders;

namespace Shiplog.Domain.Containers;

/// <summary>Run the container's program.</summary>
public sealed record StartContainer(string CommandId)
{
    /// <param name="command">What is asked.</param>
    /// <param name="container">The present state.</param>
    /// <param name="endpoints">The addresses leased for it, the first one first; none where it needs none.</param>
    /// <param name="now">The server's clock.</param>
    public static Decision Decide(StartContainer command, Container container, IReadOnlyList<NetworkEndpoint> endpoints, DateTimeOffset now)
    {
        if (container.Knows(command.CommandId))
            return Decision.Nothing;
        return container.Status switch
        {
            ContainerStatus.Absent or ContainerStatus.Removed => Refusals.NoSuchContainer(container.Id),
            ContainerStatus.Paused => Decision.Refuse(RefusalKind.Conflict, "cannot start a paused container, try unpause instead"),
            ContainerStatus.Running or ContainerStatus.Restarting => Decision.Refuse(RefusalKind.NotModified, "container is already running"),
            ContainerStatus.Removing or ContainerStatus.Dead =>
                Decision.Refuse(RefusalKind.Conflict, "container is marked for removal and cannot be started"),
            _ when container.OpenCommand is "StartContainer" =>
                Decision.Refuse(RefusalKind.Conflict, $"container {container.Id} is being started already"),
            _ => Decision.Accept(new ContainerStartRequested(container.Id, command.CommandId, endpoints is [var first, ..] ? first : null, now)
            {
                Further = endpoints is [_, _, ..] ? [.. endpoints.Skip(1)] : null,
            }),
        };
    }

    /// <summary>
    /// The start as it was accepted, and at once as failed for what it needs of others: the attempt is on record, and nothing is leased
    /// for it. 128 is Docker's exit code of a program that was never run.
    /// </summary>
    /// <param name="step">What could not be done.</param>
    internal static Decision FailAtOnce(ContainerStartRequested intent, string step, FailureKind kind, string error) => Decision.Accept(
        intent with { Endpoint = null, Further = null, Ports = null },
        new ContainerCommandFailed(intent.ContainerId, intent.CommandId, "StartContainer", step, kind.ToString(), error, 128, intent.At));
}
