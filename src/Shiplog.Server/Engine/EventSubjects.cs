using System.Collections.Immutable;
using System.Text.Json;
using Shiplog.Contracts.Views;
using Shiplog.Server.Store;

namespace Shiplog.Server.Engine;

/// <summary>What Docker's events say of a container besides what happened: it is in events before.</summary>
internal sealed record EventSubject(string Id, string Name, string Image, IReadOnlyDictionary<string, string> Labels, DateTimeOffset? StartedAt)
{
    /// <summary>Program and arguments of the execs that have not ended, by their ids.</summary>
    public ImmutableDictionary<string, string> Execs { get; init; } = ImmutableDictionary<string, string>.Empty;

    /// <summary>Names of the networks that it has, or had, a place in, by their ids.</summary>
    public ImmutableDictionary<string, string> Networks { get; init; } = ImmutableDictionary<string, string>.Empty;

    /// <summary>The network that the event is about.</summary>
    public string NetworkName(JsonElement data) => Networks.GetValueOrDefault(data.Text("networkId"), "bridge");

    /// <summary>What the exec runs that the event is about.</summary>
    public string CommandOf(JsonElement data) => Execs.GetValueOrDefault(data.Text("execId"), "");

    /// <summary>The subject after one more of its events.</summary>
    public static EventSubject After(EventSubject? subject, EventView view)
    {
        subject ??= new EventSubject(Streams.IdOf(view.Stream), "", "", new Dictionary<string, string>(), null);
        return view.Type switch
        {
            "container_created" => subject with
            {
                Name = view.Data.Text("name"),
                Image = view.Data.Text("imageReference"),
                Labels = LabelsOf(view.Data),
            },
            "container_renamed" => subject with { Name = view.Data.Text("name") },
            "container_started" => subject with { StartedAt = view.At },
            "container_start_requested" or "container_connect_requested" => subject with { Networks = subject.Networks.SetItems(Endpoints(view.Data)) },
            "exec_created" => subject with { Execs = subject.Execs.SetItem(view.Data.Text("execId"), Command(view.Data)) },
            "exec_exited" or "exec_failed" => subject with { Execs = subject.Execs.Remove(view.Data.Text("execId")) },
            _ => subject,
        };
    }

    private static IEnumerable<KeyValuePair<string, string>> Endpoints(JsonElement intent)
    {
        IEnumerable<JsonElement> first = intent.TryGetProperty("endpoint", out var one) && one.ValueKind is JsonValueKind.Object ? [one] : [];
        IEnumerable<JsonElement> further = intent.TryGetProperty("further", out var more) && more.ValueKind is JsonValueKind.Array ? more.EnumerateArray() : [];
        return first.Concat(further).Select(e => KeyValuePair.Create(e.Text("networkId"), e.Text("networkName")));
    }

    private static string Command(JsonElement created) => string.Join(' ', created.GetProperty("cmd").EnumerateArray().Select(a => a.GetString()));

    private static Dictionary<string, string> LabelsOf(JsonElement created) =>
        created.TryGetProperty("config", out var config) && config.TryGetProperty("labels", out var labels) && labels.ValueKind == JsonValueKind.Object
            ? labels.EnumerateObject().ToDictionary(l => l.Name, l => l.Value.GetString() ?? "")
            : [];
}

/// <summary>The containers of one stream of events, remembered while it runs.</summary>
internal sealed class EventSubjects(IEventFeed feed)
{
    private readonly Dictionary<string, EventSubject> _known = [];

    /// <summary>The container that the event is about, as it was when it happened.</summary>
    public async Task<EventSubject> OfAsync(EventView view, CancellationToken cancellation)
    {
        if (!_known.TryGetValue(view.Stream, out var subject) && view.Version > 1)
            subject = await BeforeAsync(view, cancellation);
        subject = EventSubject.After(subject, view);
        if (view.Type == "container_removed")
            _known.Remove(view.Stream);
        else
            _known[view.Stream] = subject;
        return subject;
    }

    private async Task<EventSubject?> BeforeAsync(EventView view, CancellationToken cancellation)
    {
        EventSubject? subject = null;
        await foreach (var earlier in feed.ReadAsync(0, view.Stream, null, null, follow: false, cancellation))
        {
            if (earlier.Sequence >= view.Sequence)
                break;
            subject = EventSubject.After(subject, earlier);
        }
        return subject;
    }
}

/// <summary>Reading the bodies of stored events, whose names are the storage format's.</summary>
internal static class EventData
{
    extension(JsonElement data)
    {
        public string Text(string key) => data.TryGetProperty(key, out var value)
            ? value.ValueKind switch { JsonValueKind.String => value.GetString()!, JsonValueKind.Null => "", _ => value.GetRawText() }
            : "";
    }
}
