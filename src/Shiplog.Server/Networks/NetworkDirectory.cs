using Shiplog.Domain.Networks;
using Shiplog.Server.DockerApi;
using Shiplog.Server.Store;

namespace Shiplog.Server.Networks;

/// <summary>
/// Networks by name, id, or the beginning of an id. The default ones are remembered: they are made once, before the first
/// request, and never change.
/// </summary>
internal sealed class NetworkDirectory(IEventLog log)
{
    private IReadOnlyList<Network> _predefined = [];

    /// <summary>The default network.</summary>
    public ValueTask<Network?> BridgeAsync(CancellationToken cancellation) => FindAsync("bridge", cancellation);

    /// <exception cref="DockerException">More than one id begins so.</exception>
    public async ValueTask<Network?> FindAsync(string nameOrId, CancellationToken cancellation)
    {
        if (Exactly(_predefined, nameOrId) is { } known)
            return known;
        var networks = await log.ListNetworksAsync(cancellation);
        _predefined = [.. networks.Where(n => n.IsPredefined)];
        return Among(networks, nameOrId);
    }

    /// <exception cref="DockerException">There is none, or more than one id begins so.</exception>
    public async ValueTask<Network> GetAsync(string nameOrId, CancellationToken cancellation) =>
        await FindAsync(nameOrId, cancellation) ?? throw DockerException.NotFound($"network {nameOrId} not found");

    /// <exception cref="DockerException">More than one id begins so.</exception>
    private static Network? Among(IReadOnlyList<Network> networks, string nameOrId)
    {
        if (Exactly(networks, nameOrId) is { } exact)
            return exact;
        if (nameOrId is "")
            return null;
        return networks.Where(n => n.Id.StartsWith(nameOrId, StringComparison.Ordinal)).ToArray() switch
        {
            [] => null,
            [var one] => one,
            var several => throw DockerException.Invalid($"network {nameOrId} is ambiguous ({several.Length} matches found based on ID prefix)"),
        };
    }

    private static Network? Exactly(IReadOnlyList<Network> networks, string nameOrId) =>
        networks.FirstOrDefault(n => n.Id == nameOrId) ?? networks.FirstOrDefault(n => n.Name == nameOrId);
}
