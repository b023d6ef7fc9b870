using Shiplog.Contracts.Orders;
using Shiplog.Domain.Commands;

namespace Shiplog.Domain.Containers;

/// <summary>The outcome of a command on a container that came to nothing.</summary>
public static class RecordCommandFailed
{
    /// <summary>Recorded where the command is still open.</summary>
    public static Decision Decide(OrderFailure failure, Container container, OpenCommand? command, DateTimeOffset at) =>
        command is null
            ? Decision.Nothing
            : Decision.Accept(new ContainerCommandFailed(
                container.Id, command.CommandId, command.Kind, failure.Step is "" ? null : failure.Step, failure.Kind.ToString(),
                failure.Error, failure.ExitCode, at));
}
