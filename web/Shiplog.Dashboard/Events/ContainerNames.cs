using System.Collections.Concurrent;
using Shiplog.Contracts.Views;
using Shiplog.Dashboard.Shared;

namespace Shiplog.Dashboard.Events;

/// <summary>
/// What containers are called, so that the log reads like a log: learned from the events that pass, asked for where they do
/// not say. Kept for a few thousand.
/// </summary>
internal sealed class ContainerNames(RestClient rest)
{
    private const int Capacity = 4000;
    private const int AskedAtOnce = 8;

    private readonly ConcurrentDictionary<string, string> _names = new(StringComparer.Ordinal);

    /// <summary>The name, or the id's first digits.</summary>
    public string Of(EventSubject subject) => subject.Kind == "container" && _names.TryGetValue(subject.Id, out var name) ? name : subject.Label;

    /// <summary>Learns the names that these events need.</summary>
    public async Task LearnAsync(IEnumerable<EventView> events, CancellationToken cancellation)
    {
        var unknown = new HashSet<string>(StringComparer.Ordinal);
        foreach (var e in events)
        {
            if (EventSubject.Of(e.Stream) is not { Kind: "container", Id: var id })
                continue;
            if (e.Type is "container_created" or "container_renamed" && new EventBody(e.Data).Text("name") is { } name)
                Keep(id, name);
            else if (!_names.ContainsKey(id))
                unknown.Add(id);
        }
        unknown.ExceptWith(_names.Keys);
        await Parallel.ForEachAsync(
            unknown, new ParallelOptions { MaxDegreeOfParallelism = AskedAtOnce, CancellationToken = cancellation }, AskAsync);
    }

    private async ValueTask AskAsync(string id, CancellationToken cancellation)
    {
        try
        {
            Keep(id, (await rest.GetAsync<ContainerView>($"api/v1/containers/{id}", cancellation)).Name);
        }
        catch (RestException e) when (e.Fault == RestFault.NotFound)
        {
            Keep(id, Ids.Short(id));
        }
    }

    private void Keep(string id, string name)
    {
        if (_names.Count >= Capacity)
            _names.Clear();
        _names[id] = name;
    }
}
