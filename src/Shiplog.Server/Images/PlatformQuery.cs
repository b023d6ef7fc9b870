using System.Text.Json;
using Shiplog.Domain.Images;
using Shiplog.Server.DockerApi;

namespace Shiplog.Server.Images;

/// <summary>
/// The platform that a request wants of an image of several: JSON of an OCI platform. An image here is for one, so it fits or it does
/// not. (Pull and create spell theirs <c>os/arch[/variant]</c>.)
/// </summary>
internal static class PlatformQuery
{
    /// <param name="since">The version of the API, 1.x, that has the parameter; it means nothing in older ones.</param>
    /// <returns><see langword="null"/> where none is wanted.</returns>
    /// <exception cref="DockerException">It is no platform, or there are several.</exception>
    public static ImagePlatform? Of(DockerRequest request, int since, string key = "platform") => request.Queries(key) switch
    {
        [] => null,
        _ when !request.Version.AtLeast(since) => null,
        [var one] => Parse(one),
        _ => throw DockerException.Invalid($"multiple {key} parameters are not supported: an image here is for one platform"),
    };

    /// <param name="name">As the request calls the image.</param>
    /// <exception cref="DockerException">The image is for another platform.</exception>
    public static void Check(ImagePlatform? wanted, Image image, string name)
    {
        if (wanted is not null && ImagePlatform.Of(ImageWire.ConfigOf(image)) is var actual && !wanted.Accepts(actual))
            throw DockerException.NotFound($"image with reference {name} was found but does not match the specified platform: wanted {wanted}, actual: {actual}");
    }

    private static ImagePlatform Parse(string text)
    {
        try
        {
            return JsonSerializer.Deserialize(text, DockerJson.Default.OciPlatformDto) is { Os.Length: > 0, Architecture.Length: > 0 } platform
                ? new ImagePlatform(platform.Os, platform.Architecture, platform.Variant)
                : throw DockerException.Invalid("both OS and Architecture must be provided");
        }
        catch (JsonException e)
        {
            throw DockerException.Invalid($"failed to parse platform: {e.Message}");
        }
    }
}
