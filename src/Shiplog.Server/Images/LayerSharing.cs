using Shiplog.Domain.Images;

namespace Shiplog.Server.Images;

/// <summary>Which layers several images stand on: each is on the disk once.</summary>
internal sealed class LayerSharing(IReadOnlyList<Image> images)
{
    private readonly Dictionary<string, int> _users = images.SelectMany(i => i.Layers.DistinctBy(l => l.ChainId)).CountBy(l => l.ChainId).ToDictionary();

    /// <summary>Bytes of the image's layers that another image has as well.</summary>
    public long SharedSize(Image image) => image.Layers.Where(l => _users[l.ChainId] > 1).Sum(l => l.UnpackedSize);

    /// <summary>Bytes of all layers.</summary>
    public long LayersSize => images.SelectMany(i => i.Layers).DistinctBy(l => l.ChainId).Sum(l => l.UnpackedSize);
}
