using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Shiplog.Domain.Containers;

namespace Shiplog.Domain.Images;

/// <summary>Reads from untrusted JSON without throwing, and writes the <c>config</c> object of an image.</summary>
internal static class ImageConfigJson
{
    extension(JsonObject o)
    {
        public string? Text(string key) =>
            o[key] is JsonValue v && v.GetValueKind() == JsonValueKind.String ? v.GetValue<string>() : null;

        public long Number(string key) =>
            o[key] is JsonValue v && v.GetValueKind() == JsonValueKind.Number && v.TryGetValue<long>(out var number) ? number : 0;

        public bool Flag(string key) => o[key] is JsonValue v && v.GetValueKind() == JsonValueKind.True;

        public string[]? Texts(string key) => o[key] is JsonArray array
            ? [.. array.OfType<JsonValue>().Where(v => v.GetValueKind() == JsonValueKind.String).Select(v => v.GetValue<string>())]
            : null;

        public DateTimeOffset? Time(string key) =>
            DateTimeOffset.TryParse(o.Text(key), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var at) ? at : null;
    }

    /// <summary>What containers of the image run with; keys that we do not know stay as they are.</summary>
    public static JsonObject Write(JsonObject? present, ContainerConfig config)
    {
        var o = present?.DeepClone().AsObject() ?? [];
        Set(o, "User", config.User is "" ? null : JsonValue.Create(config.User));
        Set(o, "Env", Array(config.Env));
        Set(o, "Cmd", Array(config.Cmd));
        Set(o, "Entrypoint", config.Entrypoint is { } entrypoint ? Array(entrypoint) : null);
        Set(o, "WorkingDir", config.WorkingDir is "" ? null : JsonValue.Create(config.WorkingDir));
        Set(o, "Labels", config.Labels.Count == 0 ? null : new JsonObject(
            config.Labels.OrderBy(l => l.Key, StringComparer.Ordinal).Select(l => KeyValuePair.Create(l.Key, (JsonNode?)l.Value))));
        Set(o, "ExposedPorts", Keys(config.ExposedPorts));
        Set(o, "Volumes", Keys(config.Volumes));
        Set(o, "Healthcheck", config.Healthcheck is { } check ? Health(check) : null);
        Set(o, "OnBuild", Array(config.OnBuild ?? []));
        Set(o, "Shell", Array(config.Shell ?? []));
        Set(o, "StopSignal", config.StopSignal is { } signal ? JsonValue.Create(signal) : null);
        return o;
    }

    private static void Set(JsonObject o, string key, JsonNode? value)
    {
        if (value is null)
            o.Remove(key);
        else
            o[key] = value;
    }

    private static JsonObject Health(Healthcheck check)
    {
        var o = new JsonObject { ["Test"] = Array(check.Test) };
        foreach (var (key, value) in ((string, long)[])
            [("Interval", check.Interval), ("Timeout", check.Timeout), ("StartPeriod", check.StartPeriod),
            ("StartInterval", check.StartInterval), ("Retries", check.Retries)])
            Set(o, key, value == 0 ? null : JsonValue.Create(value));
        return o;
    }

    private static JsonArray? Array(string[] values) => values is [] ? null : [.. values.Select(v => (JsonNode?)v)];

    private static JsonObject? Keys(string[] keys) => keys is [] ? null : new JsonObject(
        keys.Order(StringComparer.Ordinal).Select(k => KeyValuePair.Create(k, (JsonNode?)new JsonObject())));
}
