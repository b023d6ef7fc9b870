using Shiplog.Domain.Images;
using Shiplog.Server.DockerApi;

namespace Shiplog.Server.Images;

/// <summary>What the query of a commit or an import says of the image that is to be made.</summary>
internal static class NewImage
{
    /// <param name="noDigest">What the client is told where the name has a digest, which only the content can have.</param>
    /// <returns>Its name; <see langword="null"/> for none.</returns>
    /// <exception cref="DockerException">It is no name, or has a digest.</exception>
    public static ImageReference? Name(DockerRequest request, string noDigest)
    {
        if (request.Query("repo") is not { } repository)
            return null;
        var tag = request.Query("tag");
        if (!ImageReference.TryParse(tag is null ? repository : $"{repository}:{tag}", out var reference, out var error))
            throw DockerException.Invalid(error);
        return reference.Digest is null ? reference : throw DockerException.Invalid(noDigest);
    }

    /// <summary>Dockerfile instructions. The CLI sends one at a time; other clients send several lines.</summary>
    public static string[] Changes(DockerRequest request) =>
        [.. request.Queries("changes").SelectMany(c => c.Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))];
}
