using Shiplog.Domain.Containers;
using Shiplog.Domain.Volumes;
using Shiplog.Server.Store;

namespace Shiplog.Server.Volumes;

/// <summary>The volumes of a container, looked up for its start. A container without any costs no query.</summary>
internal sealed class VolumeDirectory(IVolumeLog log)
{
    public async Task<IReadOnlyDictionary<string, Volume>> OfAsync(Container container, CancellationToken cancellation)
    {
        var volumes = new Dictionary<string, Volume>();
        foreach (var name in container.Mounts.Where(m => m.IsVolume).Select(m => m.Name).Distinct())
        {
            if (await log.FindVolumeAsync(name, cancellation) is { } volume)
                volumes[name] = volume;
        }
        return volumes;
    }
}
