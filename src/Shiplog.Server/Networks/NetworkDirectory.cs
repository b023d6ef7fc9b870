using Shiplog.Domain.Networks;
using Shiplog.Server.Store;

namespace Shiplog.Server.Networks;

/// <summary>
/// Networks by name or id, remembered: the default ones are made once, before the first request, and never change.
/// </summary>
internal sealed class NetworkDirectory(IEventLog log)
{
    private IReadOnlyList<Network> _known = [];

    public async ValueTask<Network?> FindAsync(string nameOrId, CancellationToken cancellation)
    {
        if (Among(_known, nameOrId) is { } known)
            return known;
        return Among(_known = await log.ListNetworksAsync(cancellation), nameOrId);
    }

    private static Network? Among(IReadOnlyList<Network> networks, string nameOrId) =>
        networks.FirstOrDefault(n => n.Name == nameOrId || n.Id == nameOrId);
}
