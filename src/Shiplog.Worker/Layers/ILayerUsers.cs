namespace Shiplog.Worker.Layers;

/// <summary>Who mounts layers: those are never deleted.</summary>
internal interface ILayerUsers
{
    /// <summary>Chain ids of the layers below every container that is on this host.</summary>
    /// <returns><see langword="null"/> where that cannot be told, and so nothing may be deleted.</returns>
    IReadOnlySet<string>? LayersInUse();
}
