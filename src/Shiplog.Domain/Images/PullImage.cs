namespace Shiplog.Domain.Images;

/// <summary>Fetch an image from its registry.</summary>
/// <param name="Reference">Fully qualified.</param>
/// <param name="Platform"><c>os/arch[/variant]</c>; <see langword="null"/> for the host's.</param>
public sealed record PullImage(string CommandId, string Reference, string? Platform)
{
    /// <summary>Judges the command on where the name points now: a pull may always try.</summary>
    public static Decision Decide(PullImage command, Reference reference, DateTimeOffset now)
    {
        if (reference.LastCommandId == command.CommandId)
            return Decision.Nothing;
        return ImageReference.TryParse(command.Reference, out _, out var error)
            ? Decision.Accept(new ImagePullRequested(command.Reference, command.CommandId, command.Platform, now, reference.ImageId))
            : Decision.Refuse(RefusalKind.Invalid, error);
    }
}
