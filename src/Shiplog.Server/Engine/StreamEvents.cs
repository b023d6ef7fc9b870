using Shiplog.Contracts.Views;
using Shiplog.Server.DockerApi;
using Shiplog.Server.DockerApi.Dto;
using Shiplog.Server.Store;

namespace Shiplog.Server.Engine;

/// <summary>GET /events: the log itself in Docker's words, as far back as it goes.</summary>
internal sealed class StreamEvents(IEventFeed feed, TimeProvider time) : IDockerEndpoint
{
    public async Task HandleAsync(DockerRequest request)
    {
        var now = time.GetUtcNow();
        var (since, until) = (DockerTime.Parse(request.Query("since"), now), DockerTime.Parse(request.Query("until"), now));
        if (since > until)
            throw DockerException.Invalid($"`since` time ({request.Query("since")}) cannot be after `until` time ({request.Query("until")})");
        var filter = new EventFilter(Filters.Read(
            request.Query("filters"), "container", "image", "event", "type", "label", "network", "daemon", "volume", "plugin", "scope",
            "service", "node", "secret", "config"));
        // Without a beginning, from now on; what is appended while the headers are on their way is not missed.
        var after = since is null ? await feed.LastSequenceAsync(request.Cancellation) : 0;
        await request.StartAsync("application/json");
        var subjects = new EventSubjects(feed);
        await foreach (var view in feed.ReadAsync(after, null, since, until, follow: until is null || until > now, request.Cancellation))
            await WriteAsync(view, subjects, filter, request);
    }

    private static async Task WriteAsync(EventView view, EventSubjects subjects, EventFilter filter, DockerRequest request)
    {
        foreach (var message in await DockerEvents.OfAsync(view, subjects, request.Cancellation))
        {
            if (filter.Includes(message))
                await request.WriteLineAsync(message, DockerJson.Default.EventMessage);
        }
    }
}

/// <summary>Docker's filters on events.</summary>
internal sealed class EventFilter(Filters filters)
{
    private static readonly string[] Nouns = ["container", "network", "daemon", "volume", "plugin", "service", "node", "secret", "config"];

    public bool Includes(EventMessage m) =>
        OfAction(m.Action) && filters.Exact("type", m.Type) && filters.Exact("scope", m.Scope) &&
        filters.Labels("label", m.Actor.Attributes) && Nouns.All(noun => OfNoun(noun, m)) && OfImage(m);

    /// <summary>Some actions carry what they did behind a colon: <c>exec_create: sh -c true</c>.</summary>
    private bool OfAction(string action) => filters.Exact("event", action) || filters.Exact("event", action.Split(':')[0]);

    /// <summary>By the beginning of an id or of a name; events of another type never fit.</summary>
    private bool OfNoun(string noun, EventMessage m) => !filters.Has(noun) ||
        filters.Prefix(noun, m.Actor.ID) || filters.Prefix(noun, m.Actor.Attributes.GetValueOrDefault("name"));

    private bool OfImage(EventMessage m)
    {
        if (!filters.Has("image"))
            return true;
        var name = m.Actor.Attributes.GetValueOrDefault(m.Type == "image" ? "name" : "image");
        return filters.Exact("image", m.Actor.ID) || filters.Exact("image", name) || filters.Exact("image", WithoutTag(name));
    }

    private static string? WithoutTag(string? name) =>
        name is not null && Domain.Images.ImageReference.TryParse(name, out var reference, out _) ? reference.FamiliarRepository : name;
}
