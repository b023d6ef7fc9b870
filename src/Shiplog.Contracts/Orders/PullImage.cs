using System.Text.Json.Serialization;

namespace Shiplog.Contracts.Orders;

/// <summary>
/// Fetch an image from its registry into the content store and unpack its layers. While it runs, the worker streams
/// progress in Docker's <c>jsonmessage</c> form at <see cref="WorkerStreams.Progress"/>.
/// </summary>
/// <param name="Reference">Fully qualified: <c>127.0.0.1:5000/busybox:latest</c>, <c>docker.io/library/busybox@sha256:…</c>.</param>
/// <param name="Platform"><c>os/arch[/variant]</c>; <see langword="null"/> for the host's.</param>
/// <param name="PointsTo">The image that the name means until now: the client is told whether the pull has changed that.</param>
/// <param name="Credentials">For this registry only. Never logged, stored or reported.</param>
public sealed record PullImage(
    string CommandId, string Reference, string? Platform, string? PointsTo, RegistryCredentials? Credentials) : Order(CommandId);

/// <summary>What <c>X-Registry-Auth</c> carries. <see cref="ToString"/> hides it.</summary>
public sealed record RegistryCredentials(string? Username, string? Password, string? IdentityToken)
{
    /// <inheritdoc/>
    public override string ToString() => "RegistryCredentials(hidden)";
}

/// <summary>A layer as the registry has it and as it is unpacked.</summary>
/// <param name="Digest">Of the compressed blob.</param>
/// <param name="DiffId">Of the uncompressed tar.</param>
/// <param name="ChainId">Of this layer and all below it (OCI image spec, "Layer ChainID"); names the unpacked folder.</param>
/// <param name="Size">Of the compressed blob, in bytes.</param>
/// <param name="UnpackedSize">Of the regular files in the unpacked layer, in bytes.</param>
/// <param name="Existed">The layer was already unpacked on this host.</param>
public sealed record ImageLayer(
    string Digest, string DiffId, string ChainId, string MediaType, long Size, long UnpackedSize, bool Existed);

/// <summary>An image as the store holds it.</summary>
/// <param name="ImageId">The digest of its config: <c>sha256:…</c>.</param>
/// <param name="ManifestDigest">The digest of the platform's manifest.</param>
/// <param name="IndexDigest">The digest of the index it was chosen from; <see langword="null"/> where there was none.</param>
/// <param name="ConfigJson">The image config, byte for byte (OCI image spec, "Image Configuration").</param>
/// <param name="Layers">Lowest first.</param>
public sealed record StoredImage(
    string ImageId, string ManifestDigest, string ManifestMediaType, string? IndexDigest, string ConfigJson, ImageLayer[] Layers)
{
    /// <summary>Digests of other indexes that it was chosen from before: the same image may be in many. The store's to know.</summary>
    public string[]? OtherIndexes { get; init; }
}

/// <summary>The image is complete in the store. Outcome of <see cref="PullImage"/>.</summary>
/// <param name="Registry">Where the bytes came from: the registry, or the mirror that answered.</param>
public sealed record ImagePulledReport(
    string Reference, string Registry, StoredImage Image, DateTimeOffset StartedAt, DateTimeOffset At) : Report(At);

/// <summary>An image came from an archive (<c>docker load</c>).</summary>
/// <param name="References">The names the archive gives it, fully qualified.</param>
public sealed record ImageLoadedReport(string[] References, StoredImage Image, DateTimeOffset At) : Report(At);

/// <summary>What is to be made of an archive of files (<c>docker import</c>).</summary>
/// <param name="Reference">The image's name, fully qualified; <see langword="null"/> for none.</param>
/// <param name="ConfigTemplate">Its config, complete but for the layer's diff id.</param>
public sealed record ArchiveImport(string CommandId, string? Reference, string ConfigTemplate);

/// <summary>Delete an image's content where no other image needs it.</summary>
/// <param name="KeepImageIds">The images that stay; whatever they need is kept.</param>
public sealed record RemoveImage(string CommandId, string ImageId, string[] KeepImageIds) : Order(CommandId);

/// <summary>The image's content is gone. Outcome of <see cref="RemoveImage"/>.</summary>
/// <param name="DeletedLayers">Chain ids of the unpacked layers that went with it.</param>
public sealed record ImageRemovedReport(string ImageId, string[] DeletedLayers, long FreedBytes, DateTimeOffset At) : Report(At);
