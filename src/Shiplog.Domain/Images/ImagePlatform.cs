namespace Shiplog.Domain.Images;

/// <summary>What an image runs on, in Go's names (OCI image spec, "Image Index").</summary>
public sealed record ImagePlatform(string Os, string Architecture, string? Variant)
{
    /// <summary>What the image's config says.</summary>
    public static ImagePlatform Of(ImageConfig config) => new(config.Os, config.Architecture, config.Variant);

    /// <summary>Whether an image for <paramref name="other"/> serves who asks for this; variants count only where both name one.</summary>
    public bool Accepts(ImagePlatform other) =>
        Os == other.Os && Architecture == other.Architecture && (Variant is not { Length: > 0 } || other.Variant is not { Length: > 0 } || Variant == other.Variant);

    /// <summary><c>linux/arm64/v8</c></summary>
    public override string ToString() => Variant is { Length: > 0 } ? $"{Os}/{Architecture}/{Variant}" : $"{Os}/{Architecture}";
}
