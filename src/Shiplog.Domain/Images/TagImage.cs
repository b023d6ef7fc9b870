namespace Shiplog.Domain.Images;

/// <summary>Let a name point to an image.</summary>
/// <param name="Reference">Fully qualified, with a tag.</param>
public sealed record TagImage(string Reference, string ImageId)
{
    /// <summary>Judges the command on where the name points now.</summary>
    public static Decision Decide(TagImage command, Reference reference, DateTimeOffset now)
    {
        if (reference.ImageId == command.ImageId)
            return Decision.Nothing;
        if (!ImageReference.TryParse(command.Reference, out var parsed, out var error))
            return Decision.Refuse(RefusalKind.Invalid, error);
        if (parsed.Digest is not null)
            return Decision.Refuse(RefusalKind.Invalid, "refusing to create a tag with a digest reference");
        if (parsed.FamiliarRepository is "sha256")
            return Decision.Refuse(RefusalKind.Invalid, "refusing to create an ambiguous tag using digest algorithm as name");
        return Decision.Accept(new ImageTagged(command.Reference, command.ImageId, reference.ImageId, now));
    }
}
