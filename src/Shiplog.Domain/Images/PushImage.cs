using Shiplog.Contracts.Orders;
using Shiplog.Domain.Commands;

namespace Shiplog.Domain.Images;

/// <summary>Send the image that a name means to the registry that the name names.</summary>
/// <param name="Reference">Fully qualified, with a tag.</param>
public sealed record PushImage(string CommandId, string Reference)
{
    /// <summary>Judges the command on where the name points now.</summary>
    public static Decision Decide(PushImage command, Reference reference, DateTimeOffset now)
    {
        if (reference.LastCommandId == command.CommandId)
            return Decision.Nothing;
        if (!ImageReference.TryParse(command.Reference, out var name, out var error))
            return Decision.Refuse(RefusalKind.Invalid, error);
        if (name.Digest is not null)
            return Decision.Refuse(RefusalKind.Invalid, "cannot push a digest reference");
        return reference.ImageId is { } image
            ? Decision.Accept(new ImagePushRequested(command.Reference, image, command.CommandId, now))
            : Decision.Refuse(RefusalKind.NotFound, $"tag does not exist: {name.Familiar}");
    }

    /// <summary>The outcome, as the worker reports it: recorded where the push is still open.</summary>
    public static Decision Record(ImagePushedReport report, OpenCommand? command) => command is not { Intent: ImagePushRequested intent }
        ? Decision.Nothing
        : Decision.Accept(new ImagePushed(
            intent.ImageId, command.CommandId, intent.Reference, report.Registry, report.ManifestDigest, report.Layers, report.SentLayers, report.SentBytes,
            report.StartedAt, report.At));
}
