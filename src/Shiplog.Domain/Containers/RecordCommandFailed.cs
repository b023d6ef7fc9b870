using Shiplog.Contracts.Orders;
using Shiplog.Domain.Commands;

namespace Shiplog.Domain.Containers;

/// <summary>The outcome of a command on a container that came to nothing.</summary>
public static class RecordCommandFailed
{
    // What Docker gives an exec that could not be started for no reason of its program's.
    private const int NotExecutable = 126;

    /// <summary>Recorded where the command is still open.</summary>
    public static Decision Decide(OrderFailure failure, Container container, OpenCommand? command, DateTimeOffset at) =>
        command is null
            ? Decision.Nothing
            : command.Intent is ExecStartRequested exec
            ? Decision.Accept(new ExecFailed(
                container.Id, exec.ExecId, command.CommandId, failure.Kind.ToString(), failure.Error, failure.ExitCode ?? NotExecutable, at))
            : Decision.Accept(new ContainerCommandFailed(
                container.Id, command.CommandId, command.Kind, failure.Step is "" ? null : failure.Step, failure.Kind.ToString(),
                failure.Error, failure.ExitCode, at));
}
