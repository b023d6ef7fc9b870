using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Shiplog.Domain.Containers;

namespace Shiplog.Domain.Images;

/// <summary>
/// What an image's config says (OCI image spec, "Image Configuration"). It came from outside: what has the wrong type is
/// read as absent.
/// </summary>
/// <param name="Created">Images made reproducibly may have none.</param>
/// <param name="CreatedText">As it is written: it may be finer than a clock of ours.</param>
/// <param name="Config">How a container of it runs.</param>
/// <param name="History">Oldest first.</param>
/// <param name="DiffIds">Of the layers, lowest first.</param>
public sealed record ImageConfig(
    string Architecture, string Os, string? Variant, DateTimeOffset? Created, string? CreatedText, string? Author, string? Comment, ContainerConfig Config,
    HistoryEntry[] History, string[] DiffIds, string Json)
{
    /// <summary>A configuration that says nothing.</summary>
    public static readonly ContainerConfig Nothing =
        new("", "", "", false, false, false, false, false, false, [], [], null, "", [], [], [], null, null);

    /// <param name="platform"><c>linux</c>, <c>arm64</c> or <c>linux/arm64</c>.</param>
    public bool Fits(string platform) => platform.Split('/') switch
    {
        [var one] => one == Os || one == Architecture,
        [var os, var architecture, ..] => os == Os && architecture == Architecture,
        _ => false,
    };

    /// <summary>Reads the JSON of a config.</summary>
    public static bool TryParse(string json, [NotNullWhen(true)] out ImageConfig? config)
    {
        config = null;
        try
        {
            if (JsonNode.Parse(json) is JsonObject root)
                config = Read(root, json);
        }
        catch (Exception e) when (e is JsonException or ArgumentException)
        {
            // Not JSON, or a key twice: the caller is told by the result.
            config = null;
        }
        return config is not null;
    }

    /// <summary>
    /// The config of an image made from a container of this one, complete but for the new layer's diff id.
    /// </summary>
    /// <param name="config">How containers of the new image run.</param>
    /// <param name="command">What the container ran: the history names it as what made the layer.</param>
    public string Child(ContainerConfig config, string[] command, string? author, string? comment, DateTimeOffset now)
    {
        var root = JsonNode.Parse(Json)!.AsObject();
        var at = Time(now);
        // Fields of Docker's old image format that tell how the parent was made.
        foreach (var stale in (string[])["container", "container_config", "id", "parent", "comment"])
            root.Remove(stale);
        root["created"] = at;
        root["config"] = ImageConfigJson.Write(root["config"] as JsonObject, config);
        if (author is { Length: > 0 })
            root["author"] = author;
        else
            root.Remove("author");
        if (comment is { Length: > 0 })
            root["comment"] = comment;
        root["rootfs"] ??= new JsonObject { ["type"] = "layers", ["diff_ids"] = new JsonArray() };
        var entry = new JsonObject { ["created"] = at.DeepClone(), ["created_by"] = string.Join(' ', command) };
        if (author is { Length: > 0 })
            entry["author"] = author;
        if (comment is { Length: > 0 })
            entry["comment"] = comment;
        if (root["history"] is not JsonArray history)
            root["history"] = history = [];
        history.Add((JsonNode)entry);
        return root.ToJsonString();
    }

    /// <summary>The config of an image of one layer that comes from nowhere else, complete but for its diff id.</summary>
    public static string Scratch(string architecture, string? variant, ContainerConfig config, string comment, DateTimeOffset now)
    {
        var root = new JsonObject { ["architecture"] = architecture };
        if (variant is not null)
            root["variant"] = variant;
        root["os"] = "linux";
        root["created"] = Time(now);
        root["comment"] = comment;
        root["config"] = ImageConfigJson.Write(null, config);
        root["rootfs"] = new JsonObject { ["type"] = "layers", ["diff_ids"] = new JsonArray() };
        root["history"] = new JsonArray(new JsonObject { ["created"] = Time(now), ["comment"] = comment });
        return root.ToJsonString();
    }

    /// <summary>The config of an image without layers and without a word on how it runs, for others to be made on.</summary>
    public static ImageConfig Empty(string architecture, string? variant)
    {
        var root = new JsonObject { ["architecture"] = architecture };
        if (variant is not null)
            root["variant"] = variant;
        root["os"] = "linux";
        root["rootfs"] = new JsonObject { ["type"] = "layers", ["diff_ids"] = new JsonArray() };
        return Read(root, root.ToJsonString());
    }

    private static JsonValue Time(DateTimeOffset at) =>
        JsonValue.Create(at.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.FFFFFFF'Z'", CultureInfo.InvariantCulture));

    private static ImageConfig Read(JsonObject root, string json) => new(
        root.Text("architecture") ?? "", root.Text("os") ?? "", root.Text("variant"), root.Time("created"), root.Text("created"), root.Text("author"),
        root.Text("comment"), root["config"] is JsonObject c ? ReadConfig(c) : Nothing,
        [.. (root["history"] as JsonArray ?? []).OfType<JsonObject>().Select(ReadEntry)],
        (root["rootfs"] as JsonObject)?.Texts("diff_ids") ?? [], json);

    private static HistoryEntry ReadEntry(JsonObject e) =>
        new(e.Time("created"), e.Text("created_by"), e.Text("author"), e.Text("comment"), e.Flag("empty_layer"));

    private static ContainerConfig ReadConfig(JsonObject c) => Nothing with
    {
        User = c.Text("User") ?? "",
        Env = c.Texts("Env") ?? [],
        Cmd = c.Texts("Cmd") ?? [],
        Entrypoint = c.Texts("Entrypoint"),
        WorkingDir = c.Text("WorkingDir") ?? "",
        Labels = c["Labels"] is JsonObject labels ? labels.ToDictionary(l => l.Key, l => labels.Text(l.Key) ?? "") : [],
        ExposedPorts = c["ExposedPorts"] is JsonObject ports ? [.. ports.Select(p => p.Key)] : [],
        Volumes = c["Volumes"] is JsonObject volumes ? [.. volumes.Select(v => v.Key)] : [],
        StopSignal = c.Text("StopSignal") is { Length: > 0 } signal ? signal : null,
        Shell = c.Texts("Shell") is { Length: > 0 } shell ? shell : null,
        OnBuild = c.Texts("OnBuild") is { Length: > 0 } triggers ? triggers : null,
        Healthcheck = c["Healthcheck"] is JsonObject check ? ReadHealthcheck(check) : null,
    };

    private static Healthcheck ReadHealthcheck(JsonObject c) => new(
        c.Texts("Test") ?? [], c.Number("Interval"), c.Number("Timeout"), c.Number("StartPeriod"), c.Number("StartInterval"),
        (int)Math.Clamp(c.Number("Retries"), int.MinValue, int.MaxValue));
}

/// <summary>One line of an image's history.</summary>
/// <param name="EmptyLayer">It changed the config only.</param>
public sealed record HistoryEntry(DateTimeOffset? Created, string? CreatedBy, string? Author, string? Comment, bool EmptyLayer);
