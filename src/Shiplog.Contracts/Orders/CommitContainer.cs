namespace Shiplog.Contracts.Orders;

/// <summary>Make a new image of a container: its read-write layer becomes a layer over those of its image.</summary>
/// <param name="ParentImageId">The image that the container was made from.</param>
/// <param name="ConfigTemplate">
/// The new image's config, complete but for the new layer: the worker appends the layer's diff id to
/// <c>rootfs.diff_ids</c> where there are changes, and marks the last history entry <c>empty_layer</c> where there are none.
/// </param>
/// <param name="Pause">Freeze the container while its layer is read.</param>
public sealed record CommitContainer(
    string CommandId, string ContainerId, string ParentImageId, string ConfigTemplate, bool Pause) : Order(CommandId);

/// <summary>The image exists in the store. Outcome of <see cref="CommitContainer"/>.</summary>
/// <param name="NewLayer">The chain id of the layer made from the read-write layer; <see langword="null"/> where it was empty.</param>
public sealed record ContainerCommittedReport(
    string ContainerId, StoredImage Image, string? NewLayer, TimeSpan Duration, DateTimeOffset At) : Report(At);
