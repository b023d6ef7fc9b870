using System.Text.Json;

namespace Shiplog.Contracts.Views;

/// <summary>An event as REST gives it.</summary>
/// <param name="Sequence">Position in the whole log; grows, may have gaps.</param>
/// <param name="Stream">The object it belongs to: <c>container/…</c>, <c>image/…</c>, <c>reference/…</c>, <c>network/…</c>, <c>host/…</c>.</param>
/// <param name="Version">Position in its stream, from 1, without gaps.</param>
/// <param name="Type">The stored name: <c>container_started</c>.</param>
/// <param name="At">When it happened.</param>
/// <param name="RecordedAt">When it was stored.</param>
/// <param name="Actor">Who: <c>unix:root</c>, or <c>system</c>.</param>
/// <param name="Cause">Why: <c>request</c>, <c>process-exit</c>, <c>restart-policy</c>, <c>health</c>, <c>auto-remove</c>, <c>reconcile</c>, <c>recovery</c>, <c>session-end</c>.</param>
/// <param name="Correlation">One id for all that one request brought about.</param>
/// <param name="Causation">The command that led to it.</param>
/// <param name="Host">The host it happened on.</param>
/// <param name="Data">The event's body.</param>
public sealed record EventView(
    long Sequence, string Stream, long Version, string Type, DateTimeOffset At, DateTimeOffset RecordedAt,
    string Actor, string Cause, string? Correlation, string? Causation, string Host, JsonElement Data);

/// <summary>A container, living or long removed.</summary>
/// <param name="State">Docker's seven, and <c>removed</c>.</param>
/// <param name="Address">Where it is reached, or was when it last ran.</param>
/// <param name="CommittedImages">Ids of the images made from it.</param>
public sealed record ContainerView(
    string Id, string Name, string Image, string ImageId, string Command, string State, int? ExitCode, string? Error,
    DateTimeOffset CreatedAt, DateTimeOffset? StartedAt, DateTimeOffset? FinishedAt, DateTimeOffset? RemovedAt,
    string? Address, string? Network, string? MacAddress, string CreatedBy, string[] CommittedImages, string Host);

/// <summary>An image, present or removed.</summary>
/// <param name="Origin"><c>pulled</c>, <c>loaded</c>, <c>imported</c> or <c>committed</c>.</param>
/// <param name="References">The names that point to it now.</param>
/// <param name="ParentImageId">The image below it, where a commit made it.</param>
/// <param name="FromContainerId">The container it was committed from.</param>
/// <param name="Size">Of all its layers unpacked, in bytes.</param>
public sealed record ImageView(
    string Id, string Origin, string[] References, string? ParentImageId, string? FromContainerId, string? Author, string? Comment,
    long Size, int Layers, DateTimeOffset RecordedAt, DateTimeOffset? RemovedAt, string RecordedBy);

/// <summary>The family tree: image → container → commit → image.</summary>
public sealed record LineageView(LineageNode[] Nodes, LineageEdge[] Edges);

/// <summary>An image or a container.</summary>
/// <param name="Id">Its full id.</param>
/// <param name="Kind"><c>image</c> or <c>container</c>.</param>
/// <param name="Label">A name that people know it by.</param>
public sealed record LineageNode(string Id, string Kind, string Label, string State, DateTimeOffset At);

/// <summary>What made one from the other.</summary>
/// <param name="Kind"><c>run</c> (image → container) or <c>commit</c> (container → image).</param>
/// <param name="Sequence">The event that says so.</param>
public sealed record LineageEdge(string From, string To, string Kind, long Sequence);

/// <summary>Where an image comes from and what came of it.</summary>
/// <param name="Ancestors">Nearest first; the last is the base image.</param>
/// <param name="Descendants">Each after the one that it was made of.</param>
/// <param name="Arrivals">How the image came here, each time.</param>
public sealed record ImageLineageView(RelativeView Image, RelativeView[] Ancestors, RelativeView[] Descendants, ArrivalView[] Arrivals);

/// <summary>An image in a line of descent.</summary>
/// <param name="Name">A name that points to it, or the last that did; <see langword="null"/> where none ever did.</param>
/// <param name="HasName">It points to it now.</param>
/// <param name="Distance">Steps from the image that was asked for; 0 for itself.</param>
/// <param name="Inferred">No event tells that it was made of the one below it: their layers do.</param>
/// <param name="ContainerId">The container that it was committed from.</param>
/// <param name="At">When it came here last.</param>
/// <param name="By">By whom.</param>
public sealed record RelativeView(
    string Id, string? Name, bool HasName, int Distance, bool Inferred, string Origin, string? ContainerId, string? Container, bool Present, DateTimeOffset At, string By);

/// <summary>One time that an image came here.</summary>
/// <param name="How"><c>pulled</c>, <c>loaded</c>, <c>imported</c>, <c>committed</c> or <c>built</c>.</param>
/// <param name="Reference">The name by which it was fetched, or the first that the archive gave it.</param>
/// <param name="Registry">Where it was fetched; of an import the URL of the archive, or <c>-</c> for a client.</param>
/// <param name="Digest">Its manifest's.</param>
public sealed record ArrivalView(
    string How, string? Reference, string? Registry, string Digest, DateTimeOffset At, string By, string Cause, long Sequence);

/// <summary>A build of an image.</summary>
/// <param name="Status"><c>running</c>, <c>completed</c> or <c>failed</c>.</param>
/// <param name="References">What the image was to be called.</param>
/// <param name="Dockerfile">Its path in the context.</param>
/// <param name="Steps">How many were done, cached ones included.</param>
/// <param name="Error">Why it failed.</param>
/// <param name="By">Who asked for it.</param>
public sealed record BuildView(
    string Id, string Status, string[] References, string Dockerfile, string? ImageId, int Steps, int CachedSteps, string? Error, string By,
    DateTimeOffset StartedAt, DateTimeOffset? EndedAt);

/// <summary>A build with its steps.</summary>
public sealed record BuildDetailView(BuildView Build, BuildStepView[] Steps);

/// <summary>One step of a build.</summary>
/// <param name="Stage">The stage's name, or its number from 0.</param>
/// <param name="Line">Of the Dockerfile, from 1.</param>
/// <param name="Instruction">As it is written.</param>
/// <param name="Cached">An earlier build had done the same.</param>
/// <param name="Reason">Why it was done, or need not be.</param>
/// <param name="ContainerId">The container that ran a RUN.</param>
public sealed record BuildStepView(
    int Number, string Stage, int Line, string Instruction, string? ImageId, bool Cached, string Reason, string? ContainerId, DateTimeOffset StartedAt, double DurationMs);

/// <summary>What the layers of an image hold.</summary>
/// <param name="Layers">The lowest first.</param>
/// <param name="Wasted">Bytes that a layer has and a later one hides.</param>
public sealed record ImageLayersView(string Id, ImageLayerView[] Layers, long Wasted);

/// <summary>A layer of an image.</summary>
/// <param name="Number">The lowest is 1.</param>
/// <param name="Digest">Of the blob as transferred.</param>
/// <param name="Size">Of the blob, bytes.</param>
/// <param name="UnpackedSize">Of its files, bytes.</param>
/// <param name="CreatedBy">The instruction or command that made it, as the image says.</param>
/// <param name="Wasted">Bytes of files below it that it replaces or removes.</param>
public sealed record ImageLayerView(
    int Number, string Digest, string DiffId, string ChainId, long Size, long UnpackedSize, DateTimeOffset? Created, string? CreatedBy, string? Comment,
    int Added, int Modified, int Removed, long Wasted);

/// <summary>A file that a layer adds, changes or removes.</summary>
/// <param name="Change"><c>added</c>, <c>modified</c> or <c>removed</c>.</param>
/// <param name="Size">Bytes, of regular files; 0 of all else and of what is removed.</param>
public sealed record LayerFileView(string Path, string Change, long Size);

/// <summary>A name of an image began or ceased to point somewhere.</summary>
/// <param name="Name">Fully qualified.</param>
/// <param name="ImageId">What it meant from then on; <see langword="null"/> where nothing.</param>
/// <param name="PreviousImageId">What it had meant; <see langword="null"/> where nothing.</param>
public sealed record TagChangeView(
    string Name, string? ImageId, string? PreviousImageId, DateTimeOffset At, string By, string Cause, long Sequence);

/// <summary>Who holds, or held, an address of a network.</summary>
/// <param name="Image">The container's image as it was named.</param>
/// <param name="Actor">Who made the container.</param>
/// <param name="Until"><see langword="null"/> while it is held.</param>
/// <param name="Released">Why it ended: <c>released</c>, <c>start failed</c>, <c>container removed</c>, <c>superseded</c>.</param>
/// <param name="CommandId">The start that took it.</param>
public sealed record AddressLeaseView(
    string Address, string MacAddress, string NetworkId, string? Network, string ContainerId, string Container, string Image, string Actor,
    DateTimeOffset From, DateTimeOffset? Until, string? Released, string CommandId);

/// <summary>Who has, or had, a port of a host.</summary>
/// <param name="HostIp"><c>0.0.0.0</c> for all of the host's addresses.</param>
/// <param name="ContainerPort">The container's, which was reached there.</param>
/// <param name="Image">The container's image as it was named.</param>
/// <param name="Actor">Who made the container.</param>
/// <param name="Until"><see langword="null"/> while it is held.</param>
/// <param name="Released">Why it ended: <c>released</c>, <c>start failed</c>, <c>container removed</c>, <c>superseded</c>, <c>restart cancelled</c>.</param>
/// <param name="CommandId">The start that took it.</param>
public sealed record PortLeaseView(
    string Host, string HostIp, int HostPort, string Protocol, int ContainerPort, string ContainerId, string Container, string Image, string Actor,
    DateTimeOffset From, DateTimeOffset? Until, string? Released, string CommandId);

/// <summary>A session (an attach or an exec) that was recorded, sealed by the event that says so.</summary>
/// <param name="ExecId">The program that was run; <see langword="null"/> where somebody attached to the container's own.</param>
/// <param name="Mode"><c>output</c>, or <c>all</c> with what was typed.</param>
/// <param name="By">Who began the session.</param>
/// <param name="Size">Of the file, in bytes.</param>
/// <param name="Digest">The file's <c>sha256:…</c> when it was sealed.</param>
/// <param name="Cut">Why it is not all of the session: <c>size</c>, <c>disk</c>, <c>slow</c>, <c>interrupted</c>; <see langword="null"/> where it is.</param>
public sealed record RecordingView(
    string Id, string ContainerId, string Container, string? ExecId, string Mode, string By, DateTimeOffset StartedAt, double DurationMs, long Size,
    string Digest, string? Cut);

/// <summary>The engine's own state.</summary>
/// <param name="Store">Whether PostgreSQL answers.</param>
/// <param name="Worker">Whether the worker answers.</param>
public sealed record StatusView(string Version, string Host, bool Store, bool Worker, string Socket, long LastSequence, int OpenCommands);
