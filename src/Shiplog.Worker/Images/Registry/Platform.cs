using System.Runtime.InteropServices;

namespace Shiplog.Worker.Images.Registry;

/// <summary>What an image runs on, in Go's names: <c>linux/amd64</c>, <c>linux/arm64/v8</c>.</summary>
internal sealed record Platform(string Os, string Architecture, string? Variant)
{
    public static Platform Host { get; } = new("linux", HostArchitecture(), RuntimeInformation.OSArchitecture == System.Runtime.InteropServices.Architecture.Arm
        ? "v7" : null);

    /// <returns><see langword="null"/> where it is not <c>os/architecture[/variant]</c>, or one of these alone.</returns>
    public static Platform? TryParse(string text) => text.ToLowerInvariant().Split('/') switch
    {
        ["linux"] => Host,
        [var architecture] => Normal("linux", architecture, null),
        [var os, var architecture] when os.Length > 0 => Normal(os, architecture, null),
        [var os, var architecture, var variant] when os.Length > 0 && variant.Length > 0 => Normal(os, architecture, variant),
        _ => null,
    };

    /// <exception cref="InvalidImageException">It is not <c>os/architecture[/variant]</c>, or one of these alone.</exception>
    public static Platform Parse(string text) => TryParse(text) ?? throw new InvalidImageException($"\"{text}\" is no platform; write os/architecture[/variant]");

    /// <summary>Whether an image for <paramref name="other"/> serves; variants count only where both name one.</summary>
    public bool Accepts(Platform other) => Os == other.Os && Architecture == other.Architecture
        && (Variant is null || other.Variant is null || NormalVariant(Architecture, Variant) == NormalVariant(Architecture, other.Variant));

    public override string ToString() => Variant is null ? $"{Os}/{Architecture}" : $"{Os}/{Architecture}/{Variant}";

    private static Platform? Normal(string os, string architecture, string? variant) => architecture switch
    {
        "" => null,
        "x86_64" or "x86-64" => new Platform(os, "amd64", variant),
        "aarch64" => new Platform(os, "arm64", variant),
        "armhf" => new Platform(os, "arm", "v7"),
        "i386" => new Platform(os, "386", variant),
        _ => new Platform(os, architecture, variant),
    };

    private static string NormalVariant(string architecture, string variant) => architecture == "arm64" && variant == "8" ? "v8" : variant;

    private static string HostArchitecture() => RuntimeInformation.OSArchitecture switch
    {
        System.Runtime.InteropServices.Architecture.X64 => "amd64",
        System.Runtime.InteropServices.Architecture.Arm64 => "arm64",
        System.Runtime.InteropServices.Architecture.Arm or System.Runtime.InteropServices.Architecture.Armv6 => "arm",
        System.Runtime.InteropServices.Architecture.X86 => "386",
        var other => other.ToString().ToLowerInvariant(),
    };
}
