using System.Text.Json.Serialization;
using static System.Text.Json.Serialization.JsonIgnoreCondition;

namespace Shiplog.Domain.Images;

// These names and shapes are a storage format: never edit a released event; add a new one, or a version with an upcaster.
// Two kinds of streams: `image/<id>` tells the life of content, `reference/<name>` where a name pointed, and when.

/// <summary>Intent, on the reference's stream: an image is to be fetched.</summary>
/// <param name="PointsTo">The image that the name meant until now; <see langword="null"/> where it meant none.</param>
public sealed record ImagePullRequested(string Reference, string CommandId, string? Platform, DateTimeOffset At, string? PointsTo = null);

/// <summary>Outcome, on the reference's stream: it could not be fetched; nothing is left of the try.</summary>
public sealed record ImagePullFailed(string Reference, string CommandId, string Kind, string Error, DateTimeOffset At);

/// <summary>Outcome, on the image's stream: step 1, the image was fetched and unpacked.</summary>
public sealed record ImagePulled(
    string ImageId, string CommandId, string Reference, string Registry, string ManifestDigest, string ManifestMediaType,
    string? IndexDigest, string ConfigJson, Layer[] Layers, DateTimeOffset StartedAt, DateTimeOffset At);

/// <summary>Intent, on the reference's stream: the image that the name means is to be sent to its registry.</summary>
public sealed record ImagePushRequested(string Reference, string ImageId, string CommandId, DateTimeOffset At);

/// <summary>Outcome, on the reference's stream: the registry has not got it, or only some of its layers.</summary>
public sealed record ImagePushFailed(string Reference, string ImageId, string CommandId, string Kind, string Error, DateTimeOffset At);

/// <summary>Outcome, on the image's stream: the registry has it under this name.</summary>
/// <param name="SentLayers">Of its layers those that were uploaded; the registry had the others.</param>
/// <param name="SentBytes">Of all blobs that were uploaded.</param>
public sealed record ImagePushed(
    string ImageId, string CommandId, string Reference, string Registry, string ManifestDigest, int Layers, int SentLayers, long SentBytes,
    DateTimeOffset StartedAt, DateTimeOffset At);

/// <summary>Intent, on a stream of its own (<c>load/&lt;command&gt;</c>): an archive is to be read.</summary>
public sealed record ImageLoadRequested(string CommandId, DateTimeOffset At)
{
    /// <summary>What is to be made of an archive of files; absent where it is one of images.</summary>
    [JsonIgnore(Condition = WhenWritingDefault)] public RequestedImport? Import { get; init; }

    /// <summary>What only images are to be taken for, as <c>os/arch[/variant]</c>; absent where that is left to the archive.</summary>
    [JsonIgnore(Condition = WhenWritingDefault)] public string? Platform { get; init; }
}

/// <summary>Outcome of a load.</summary>
public sealed record ImageLoadCompleted(string CommandId, string[] ImageIds, DateTimeOffset At);

/// <summary>Outcome of a load that came to nothing.</summary>
public sealed record ImageLoadFailed(string CommandId, string Kind, string Error, DateTimeOffset At);

/// <summary>On the image's stream: the image came from an archive.</summary>
public sealed record ImageLoaded(
    string ImageId, string CommandId, string[] References, string ManifestDigest, string ManifestMediaType, string ConfigJson,
    Layer[] Layers, DateTimeOffset At)
{
    /// <summary>Where the files came from that are its only layer, as in <see cref="RequestedImport"/>; absent where it was an image before.</summary>
    [JsonIgnore(Condition = WhenWritingDefault)] public string? ImportedFrom { get; init; }
}

/// <summary>On the image's stream: the image was made of a container.</summary>
public sealed record ImageCommitted(
    string ImageId, string CommandId, string ContainerId, string ParentImageId, string? Author, string? Comment,
    string ManifestDigest, string ManifestMediaType, string ConfigJson, Layer[] Layers, DateTimeOffset At);

/// <summary>On the image's stream: a step of a build made the image.</summary>
/// <param name="CommandId">The build's: its stream says more of the step.</param>
/// <param name="Step">Counts the build's steps from 1.</param>
/// <param name="ParentImageId">The image that it was made on; <see langword="null"/> for none.</param>
/// <param name="ContainerId">The container that ran a RUN; <see langword="null"/> for other instructions.</param>
/// <param name="NewLayer">The chain id of the layer that it added; <see langword="null"/> for none.</param>
public sealed record ImageBuilt(
    string ImageId, string CommandId, int Step, string? ParentImageId, string? ContainerId, string? NewLayer,
    string ManifestDigest, string ManifestMediaType, string ConfigJson, Layer[] Layers, DateTimeOffset At);

/// <summary>On the reference's stream: the name points to this image now.</summary>
public sealed record ImageTagged(string Reference, string ImageId, string? PreviousImageId, DateTimeOffset At);

/// <summary>On the reference's stream: the name points nowhere any more.</summary>
public sealed record ImageUntagged(string Reference, string ImageId, DateTimeOffset At);

/// <summary>On the image's stream: by these digests it is not known any more, since it has lost its last name in their repository, or by request.</summary>
/// <param name="RepoDigests"><c>name@digest</c></param>
public sealed record ImageDigestsUntagged(string ImageId, string[] RepoDigests, DateTimeOffset At);

/// <summary>Intent, on the image's stream: its content is to be deleted.</summary>
public sealed record ImageRemoveRequested(string ImageId, string CommandId, bool Force, DateTimeOffset At);

/// <summary>Outcome: the content is gone; the history stays.</summary>
public sealed record ImageRemoved(string ImageId, string CommandId, string[] DeletedLayers, long FreedBytes, DateTimeOffset At);

/// <summary>Outcome of a removal that came to nothing.</summary>
public sealed record ImageRemoveFailed(string ImageId, string CommandId, string Kind, string Error, DateTimeOffset At);

/// <summary>A layer of an image, lowest first.</summary>
/// <param name="Digest">Of the blob as transferred.</param>
/// <param name="DiffId">Of the uncompressed tar.</param>
/// <param name="ChainId">Of this layer and all below it; names the unpacked folder.</param>
/// <param name="Size">Of the blob, bytes.</param>
/// <param name="UnpackedSize">Of its files, bytes.</param>
/// <param name="Existed">It was on the host already.</param>
public sealed record Layer(string Digest, string DiffId, string ChainId, string MediaType, long Size, long UnpackedSize, bool Existed);
