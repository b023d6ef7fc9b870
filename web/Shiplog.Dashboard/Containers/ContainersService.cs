using Shiplog.Contracts.Views;
using Shiplog.Dashboard.Events;
using Shiplog.Dashboard.Shared;

namespace Shiplog.Dashboard.Containers;

/// <summary>Containers, read over REST.</summary>
internal sealed class ContainersService(RestClient rest, EventsService events)
{
    // Beyond that many, one list is cheaper than each by itself.
    private const int FewEnough = 6;

    /// <exception cref="RestException">The server did not give it.</exception>
    public async Task<IReadOnlyList<ContainerView>> ListAsync(bool removedToo, CancellationToken cancellation) =>
        await rest.GetAsync<ContainerView[]>(removedToo ? "api/v1/containers?all=true" : "api/v1/containers", cancellation);

    /// <summary>By id or name, removed ones too.</summary>
    /// <exception cref="RestException">The server did not give it.</exception>
    public Task<ContainerView> GetAsync(string idOrName, CancellationToken cancellation) =>
        rest.GetAsync<ContainerView>($"api/v1/containers/{Uri.EscapeDataString(idOrName)}", cancellation);

    /// <summary>The list after changes to these containers.</summary>
    /// <exception cref="RestException">The server did not give it.</exception>
    public async Task<IReadOnlyList<ContainerView>> RefreshAsync(
        IReadOnlyList<ContainerView> list, IReadOnlyCollection<string> changed, bool removedToo, CancellationToken cancellation)
    {
        if (changed.Count > FewEnough)
            return await ListAsync(removedToo, cancellation);
        var fresh = await Task.WhenAll(changed.Select(id => GetAsync(id, cancellation)));
        return [.. list.Where(c => !changed.Contains(c.Id)), .. fresh.Where(c => removedToo || c.State != "removed")];
    }

    /// <summary>A container with its whole history.</summary>
    /// <exception cref="RestException">The server did not give it.</exception>
    public async Task<ContainerLife> LifeAsync(string idOrName, CancellationToken cancellation)
    {
        // By id from here on: a name may be taken over by another container between two reads.
        var container = await GetAsync(idOrName, cancellation);
        var history = await events.OfContainerAsync(container.Id, cancellation);
        var arrival = history is [{ } first, ..] ? await events.ArrivalOfImageAsync(container.ImageId, first.Sequence, cancellation) : null;
        return new ContainerLife(container, history, arrival);
    }

    /// <summary>The life with what has just happened.</summary>
    /// <exception cref="RestException">The server did not give it.</exception>
    public async Task<ContainerLife> ContinueAsync(ContainerLife life, IReadOnlyList<EventView> news, CancellationToken cancellation)
    {
        var container = await GetAsync(life.Container.Id, cancellation);
        var last = life.Events.Count > 0 ? life.Events[^1].Version : 0;
        return new ContainerLife(container, [.. life.Events, .. news.Where(e => e.Version > last)], life.ImageArrival);
    }
}
