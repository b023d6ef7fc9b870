using System.Globalization;
using JasperFx.Events;
using JasperFx.Events.Projections;
using Marten.Events.Aggregation;
using Shiplog.Domain.Containers;
using Shiplog.Domain.Images;
using Shiplog.Domain.Networks;
using Shiplog.Domain.Volumes;

namespace Shiplog.Server.Store;

/// <summary>
/// A stream's present state as a document, written in the transaction that appends to the stream. The states are the
/// Domain's own; Marten's key stays out of them.
/// </summary>
internal abstract class Snapshot<TState> where TState : class
{
    /// <summary>The stream's key.</summary>
    public string Id { get; set; } = "";

    /// <summary>The fold of the stream.</summary>
    public required TState State { get; set; }
}

/// <summary>With what the indexes need.</summary>
internal sealed class ContainerSnapshot : Snapshot<Container>
{
    /// <summary>Unique among those not removed.</summary>
    public string Name { get; set; } = "";

    /// <summary>The history stays, the name is free.</summary>
    public bool Removed { get; set; }

    /// <summary>The actor of its creation.</summary>
    public string CreatedBy { get; set; } = "";

    /// <summary>The host that it was created on.</summary>
    public string Host { get; set; } = "";

    /// <summary>Of the last start: what the process does unasked belongs to it.</summary>
    public string? StartCorrelation { get; set; }

    /// <summary>Of the starts of the execs that have not ended, by their ids: their ends belong to them.</summary>
    public Dictionary<string, string> ExecCorrelations { get; set; } = [];
}

internal sealed class ImageSnapshot : Snapshot<Image>
{
    /// <summary>The actor by whom it came here last.</summary>
    public string RecordedBy { get; set; } = "";
}

internal sealed class ReferenceSnapshot : Snapshot<Reference>;

internal sealed class NetworkSnapshot : Snapshot<Network>;

internal sealed class VolumeSnapshot : Snapshot<Volume>
{
    /// <summary>The actor who made it, himself or with a container.</summary>
    public string CreatedBy { get; set; } = "";
}

internal static class SnapshotEvents
{
    /// <summary>Tells the projection which events are its own: those of one kind of streams.</summary>
    public static void Include(ProjectionBase projection, string kind)
    {
        foreach (var type in EventNames.All.Keys.Where(t => EventNames.StreamKindOf(t) == kind))
            projection.IncludeType(type);
    }

    /// <summary>Of the metadata; empty where it is not there.</summary>
    public static string Header(this IEvent e, string name) =>
        e.Headers is { } headers && headers.TryGetValue(name, out var value) ? Convert.ToString(value, CultureInfo.InvariantCulture) ?? "" : "";
}

/// <summary>Folds a container's stream. A new snapshot each time: the session's own copy must not change before the commit.</summary>
internal sealed class ContainerProjection : SingleStreamProjection<ContainerSnapshot, string>
{
    public ContainerProjection() => SnapshotEvents.Include(this, "container");

    public override ContainerSnapshot? Evolve(ContainerSnapshot? snapshot, string id, IEvent e)
    {
        var state = Container.Apply(snapshot?.State ?? Container.Absent, e.Data);
        return new ContainerSnapshot
        {
            Id = id,
            State = state,
            Name = state.Name,
            Removed = state.Status == ContainerStatus.Removed,
            CreatedBy = snapshot?.CreatedBy ?? e.UserName ?? "",
            Host = snapshot?.Host ?? e.Header("host"),
            StartCorrelation = e.Data is ContainerStartRequested ? e.CorrelationId : snapshot?.StartCorrelation,
            ExecCorrelations = Execs(snapshot?.ExecCorrelations ?? [], e),
        };
    }

    private static Dictionary<string, string> Execs(Dictionary<string, string> before, IEvent e) => e.Data switch
    {
        ExecStartRequested start => new(before) { [start.ExecId] = e.CorrelationId ?? "" },
        ExecExited or ExecFailed => before.Where(c => c.Key != Exec.IdOf(e.Data)).ToDictionary(),
        _ => before,
    };
}

internal sealed class ImageProjection : SingleStreamProjection<ImageSnapshot, string>
{
    public ImageProjection() => SnapshotEvents.Include(this, "image");

    public override ImageSnapshot? Evolve(ImageSnapshot? snapshot, string id, IEvent e) =>
        new()
        {
            Id = id,
            State = Image.Apply(snapshot?.State ?? Image.Absent, e.Data),
            RecordedBy = e.Data is ImagePulled or ImageLoaded or ImageCommitted or ImageBuilt ? e.UserName ?? "" : snapshot?.RecordedBy ?? "",
        };
}

internal sealed class ReferenceProjection : SingleStreamProjection<ReferenceSnapshot, string>
{
    public ReferenceProjection() => SnapshotEvents.Include(this, "reference");

    public override ReferenceSnapshot? Evolve(ReferenceSnapshot? snapshot, string id, IEvent e) =>
        new() { Id = id, State = Reference.Apply(snapshot?.State ?? Reference.Absent, e.Data) };
}

internal sealed class NetworkProjection : SingleStreamProjection<NetworkSnapshot, string>
{
    public NetworkProjection() => SnapshotEvents.Include(this, "network");

    public override NetworkSnapshot? Evolve(NetworkSnapshot? snapshot, string id, IEvent e) =>
        new() { Id = id, State = Network.Apply(snapshot?.State ?? Network.Absent, e.Data) };
}

internal sealed class VolumeProjection : SingleStreamProjection<VolumeSnapshot, string>
{
    public VolumeProjection() => SnapshotEvents.Include(this, "volume");

    public override VolumeSnapshot? Evolve(VolumeSnapshot? snapshot, string id, IEvent e) => new()
    {
        Id = id,
        State = Volume.Apply(snapshot?.State ?? Volume.Absent, e.Data),
        CreatedBy = e.Data is VolumeCreated ? e.UserName ?? "" : snapshot?.CreatedBy ?? "",
    };
}
