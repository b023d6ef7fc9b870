using System.Text.Json;

namespace Shiplog.Dashboard.Events;

/// <summary>Reads an event's body without knowing its type: what is missing is <see langword="null"/>, whatever the case of its name.</summary>
internal readonly struct EventBody(JsonElement data)
{
    public string? Text(string name) => Find(name) is { ValueKind: JsonValueKind.String } found && found.GetString() is { Length: > 0 } text ? text : null;

    public long? Number(string name) => Find(name) is { ValueKind: JsonValueKind.Number } found && found.TryGetInt64(out var number) ? number : null;

    public double? Real(string name) => Find(name) is { ValueKind: JsonValueKind.Number } found ? found.GetDouble() : null;

    public bool Flag(string name) => Find(name) is { ValueKind: JsonValueKind.True };

    public DateTimeOffset? Time(string name) =>
        Find(name) is { ValueKind: JsonValueKind.String } found && found.TryGetDateTimeOffset(out var time) ? time : null;

    public int Count(string name) => Find(name) is { ValueKind: JsonValueKind.Array } found ? found.GetArrayLength() : 0;

    public IEnumerable<string> Texts(string name) => Find(name) is { ValueKind: JsonValueKind.Array } found
        ? found.EnumerateArray().Where(e => e.ValueKind == JsonValueKind.String).Select(e => e.GetString()!)
        : [];

    public IEnumerable<EventBody> Items(string name) => Find(name) is { ValueKind: JsonValueKind.Array } found
        ? found.EnumerateArray().Select(e => new EventBody(e))
        : [];

    /// <summary>The members' names.</summary>
    public IEnumerable<string> Names() => data.ValueKind == JsonValueKind.Object ? data.EnumerateObject().Select(p => p.Name) : [];

    /// <summary>A member that is a text, a number or a flag, as it is written.</summary>
    public string? Value(string name) => Find(name) is { ValueKind: not (JsonValueKind.Object or JsonValueKind.Array or JsonValueKind.Null) } found ? found.ToString() : null;

    public EventBody? Inner(string name) => Find(name) is { ValueKind: JsonValueKind.Object } found ? new EventBody(found) : null;

    private JsonElement? Find(string name)
    {
        if (data.ValueKind != JsonValueKind.Object)
            return null;
        if (data.TryGetProperty(name, out var exact))
            return exact;
        foreach (var property in data.EnumerateObject())
            if (string.Equals(property.Name, name, StringComparison.OrdinalIgnoreCase))
                return property.Value;
        return null;
    }
}
