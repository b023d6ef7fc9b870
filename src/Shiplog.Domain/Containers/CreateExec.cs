namespace Shiplog.Domain.Containers;

/// <summary>Prepare another program for a container that runs.</summary>
/// <param name="Named">The container as the client named it.</param>
/// <param name="User">Empty for the container's.</param>
/// <param name="WorkingDir">Empty for the container's.</param>
/// <param name="Env"><c>NAME=value</c>; only the names are recorded.</param>
/// <param name="DetachKeys"><see langword="null"/> for the usual ones.</param>
public sealed record CreateExec(
    string CommandId, string ExecId, string Named, string[] Cmd, string User, string WorkingDir, bool Tty, bool Privileged,
    bool AttachStdin, bool AttachStdout, bool AttachStderr, string[] Env, string? DetachKeys)
{
    /// <summary>Judges the command on this state.</summary>
    public static Decision Decide(CreateExec command, Container container, DateTimeOffset now)
    {
        if (container.Exec(command.ExecId) is not null)
            return Decision.Nothing;
        if (command.Cmd is [] or ["", ..])
            return Decision.Refuse(RefusalKind.Invalid, "No exec command specified");
        if (container.Status is ContainerStatus.Absent or ContainerStatus.Removed)
            return Refusals.NoSuchContainer(command.Named);
        if (Refusals.OfExec(container, command.Named) is { } refused)
            return refused;
        if (Fault(command) is { } fault)
            return Decision.Refuse(RefusalKind.Invalid, fault);
        return Decision.Accept(new ExecCreated(
            container.Id, command.ExecId, command.CommandId, command.Cmd,
            command.User is "" ? container.Config?.User ?? "" : command.User,
            command.WorkingDir is not "" ? command.WorkingDir : container.Config?.WorkingDir is { Length: > 0 } own ? own : "/",
            command.Tty, command.Privileged, command.AttachStdin, command.AttachStdout, command.AttachStderr,
            [.. command.Env.Select(e => e.Split('=', 2)[0])], command.DetachKeys, now));
    }

    private static string? Fault(CreateExec command)
    {
        if (command.WorkingDir is not "" && !command.WorkingDir.StartsWith('/'))
            return $"the working directory '{command.WorkingDir}' is invalid, it needs to be an absolute path";
        // A value is not told: it may be a secret.
        if (command.Env.Any(e => e is "" || e.StartsWith('=')))
            return "invalid environment variable: one has no name";
        if (command.Env.FirstOrDefault(e => e.Contains('\0', StringComparison.Ordinal)) is { } variable)
            return $"invalid environment variable: {variable.Split('=', 2)[0].Replace("\0", "", StringComparison.Ordinal)} holds a NUL character";
        return command.DetachKeys is { } keys && !Containers.DetachKeys.TryParse(keys, out _) ? $"Invalid escape keys ({keys}) provided" : null;
    }
}
