using Shiplog.Domain.Images;
using Shiplog.Server.Containers;
using Shiplog.Server.DockerApi;
using Shiplog.Server.DockerApi.Dto;

namespace Shiplog.Server.Images;

/// <summary>An image in Docker's words.</summary>
internal static class ImageWire
{
    public static ImageConfig ConfigOf(Image image) => ImageConfig.TryParse(image.ConfigJson, out var config)
        ? config
        : throw new DockerException(500, $"the config of image {image.Id} cannot be read");

    /// <summary>Names with a tag, as users read them, of each image.</summary>
    public static ILookup<string, string> TagsByImage(IEnumerable<Reference> references) => references
        .Where(r => r.ImageId is not null).Select(r => (r.ImageId, Parsed: ImageReference.Parse(r.Name)))
        .Where(r => r.Parsed.Tag is not null && r.Parsed.Digest is null)
        .ToLookup(r => r.ImageId!, r => r.Parsed.Familiar);

    public static string[] Digests(Image image) =>
        [.. image.RepoDigests.Select(d => ImageReference.TryParse(d, out var reference, out _) ? reference.Familiar : d)];

    public static long Size(Image image) => image.Layers.Sum(l => l.UnpackedSize);

    public static ImageSummary Summary(Image image, IEnumerable<string> tags, DockerRequest request)
    {
        var config = ConfigOf(image);
        return new ImageSummary
        {
            Id = image.Id,
            ParentId = image.ParentImageId ?? "",
            RepoTags = OrNone([.. tags], "<none>:<none>", request),
            RepoDigests = OrNone(Digests(image), "<none>@<none>", request),
            Created = config.Created?.ToUnixTimeSeconds() ?? 0,
            Size = Size(image),
            VirtualSize = request.Version.AtLeast(44) ? null : Size(image),
            Labels = config.Config.Labels is { Count: > 0 } labels ? labels : null,
        };
    }

    public static ImageInspect Inspect(Image image, IEnumerable<string> tags, DateTimeOffset? lastTag, string storageDriver, ApiVersion version)
    {
        var config = ConfigOf(image);
        return new ImageInspect
        {
            Id = image.Id,
            RepoTags = [.. tags],
            RepoDigests = Digests(image),
            Parent = image.ParentImageId ?? "",
            Comment = image.Comment ?? config.Comment ?? config.History.LastOrDefault()?.Comment ?? "",
            Created = config.CreatedText ?? DockerTime.Zero,
            Container = version.AtLeast(45) ? null : image.FromContainerId ?? "",
            DockerVersion = "",
            Author = config.Author ?? "",
            Config = ContainerWire.Config(config.Config, ""),
            Architecture = config.Architecture,
            Variant = config.Variant,
            Os = config.Os,
            Size = Size(image),
            VirtualSize = version.AtLeast(44) ? null : Size(image),
            GraphDriver = new GraphDriverDto(null, storageDriver),
            RootFS = new RootFsDto("layers", [.. image.Layers.Select(l => l.DiffId)]),
            Metadata = new ImageMetadataDto(DockerTime.Text(lastTag)),
        };
    }

    /// <summary>Old clients want a word where an image has neither name nor digest.</summary>
    private static string[] OrNone(string[] names, string none, DockerRequest request) =>
        names is [] && !request.Version.AtLeast(43) ? [none] : names;
}
