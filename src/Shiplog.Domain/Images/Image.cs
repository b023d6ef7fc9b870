namespace Shiplog.Domain.Images;

/// <summary>An image's present state: the fold of its stream.</summary>
public sealed record Image
{
    /// <summary>The digest of its config, <c>sha256:…</c>.</summary>
    public string Id { get; init; } = "";
    /// <summary>Its content is on the host.</summary>
    public bool Present { get; init; }
    /// <summary><c>pulled</c>, <c>loaded</c>, <c>imported</c>, <c>committed</c> or <c>built</c>: how it came here last.</summary>
    public string Origin { get; init; } = "";
    /// <summary>The digest of its manifest.</summary>
    public string ManifestDigest { get; init; } = "";
    /// <summary>The manifest's media type.</summary>
    public string ManifestMediaType { get; init; } = "";
    /// <summary>The config, byte for byte.</summary>
    public string ConfigJson { get; init; } = "";
    /// <summary>Lowest first.</summary>
    public Layer[] Layers { get; init; } = [];
    /// <summary>The image below it, where a commit or a build made it.</summary>
    public string? ParentImageId { get; init; }
    /// <summary>The container it was made of.</summary>
    public string? FromContainerId { get; init; }
    /// <summary>Who made it, as told to the commit.</summary>
    public string? Author { get; init; }
    /// <summary>Why, as told to the commit.</summary>
    public string? Comment { get; init; }
    /// <summary><c>name@digest</c> under which registries know it.</summary>
    public string[] RepoDigests { get; init; } = [];
    /// <summary>When it came here.</summary>
    public DateTimeOffset RecordedAt { get; init; }
    /// <summary>When its content was deleted.</summary>
    public DateTimeOffset? RemovedAt { get; init; }

    /// <summary>No event yet.</summary>
    public static readonly Image Absent = new();

    /// <summary>The state after one more event.</summary>
    public static Image Apply(Image i, object @event) => @event switch
    {
        ImagePulled e => Arrived(i, e.ImageId, "pulled", e.ManifestDigest, e.ManifestMediaType, e.ConfigJson, e.Layers, e.At) with
        {
            RepoDigests = WithRepoDigest(i.RepoDigests, e.Reference, e.IndexDigest ?? e.ManifestDigest),
        },
        ImageLoaded e => Arrived(i, e.ImageId, e.ImportedFrom is null ? "loaded" : "imported", e.ManifestDigest, e.ManifestMediaType, e.ConfigJson, e.Layers, e.At),
        ImageCommitted e => Arrived(i, e.ImageId, "committed", e.ManifestDigest, e.ManifestMediaType, e.ConfigJson, e.Layers, e.At) with
        {
            ParentImageId = e.ParentImageId,
            FromContainerId = e.ContainerId,
            Author = e.Author,
            Comment = e.Comment,
        },
        ImageBuilt e => Arrived(i, e.ImageId, "built", e.ManifestDigest, e.ManifestMediaType, e.ConfigJson, e.Layers, e.At) with
        {
            ParentImageId = e.ParentImageId,
            FromContainerId = e.ContainerId,
        },
        ImagePushed e => i with { RepoDigests = WithRepoDigest(i.RepoDigests, e.Reference, e.ManifestDigest) },
        ImageDigestsUntagged e => i with { RepoDigests = [.. i.RepoDigests.Except(e.RepoDigests)] },
        ImageRemoved e => i with { Present = false, RemovedAt = e.At, RepoDigests = [] },
        _ => i,
    };

    private static Image Arrived(
        Image i, string id, string origin, string manifest, string mediaType, string config, Layer[] layers, DateTimeOffset at) => i with
        {
            Id = id,
            Present = true,
            Origin = origin,
            ManifestDigest = manifest,
            ManifestMediaType = mediaType,
            ConfigJson = config,
            Layers = layers,
            RecordedAt = at,
            RemovedAt = null,
        };

    private static string[] WithRepoDigest(string[] known, string reference, string digest)
    {
        var entry = $"{ImageReference.Parse(reference).Repository}@{digest}";
        return known.Contains(entry) ? known : [.. known, entry];
    }
}

/// <summary>Where a name points: the fold of a reference's stream.</summary>
public sealed record Reference
{
    /// <summary>Fully qualified.</summary>
    public string Name { get; init; } = "";
    /// <summary><see langword="null"/> where it points nowhere.</summary>
    public string? ImageId { get; init; }
    /// <summary>Since when.</summary>
    public DateTimeOffset At { get; init; }
    /// <summary>The pull or push that was accepted last: a repetition of it changes nothing.</summary>
    public string? LastCommandId { get; init; }

    /// <summary>No event yet.</summary>
    public static readonly Reference Absent = new();

    /// <summary>The state after one more event.</summary>
    public static Reference Apply(Reference r, object @event) => @event switch
    {
        ImagePullRequested e => r with { Name = e.Reference, LastCommandId = e.CommandId },
        ImagePushRequested e => r with { LastCommandId = e.CommandId },
        ImageTagged e => r with { Name = e.Reference, ImageId = e.ImageId, At = e.At },
        ImageUntagged e => r with { ImageId = null, At = e.At },
        _ => r,
    };
}
