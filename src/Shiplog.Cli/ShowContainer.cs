using System.CommandLine;
using System.Text.Json;
using Shiplog.Contracts.Views;

namespace Shiplog.Cli;

/// <summary><c>docker shiplog show CONTAINER</c>: what it was, what happened to it, what it said last. Of removed ones too.</summary>
internal static class ShowContainer
{
    public static Command Command(TextWriter output)
    {
        var container = Commands.Container();
        var tail = new Option<int>("--tail", "-n") { Description = "Lines of its log to show", DefaultValueFactory = _ => 20 };
        var command = new Command("show", "Show a container's life: configuration, timeline, last lines of its log") { container, tail };
        command.SetAction(async (parsed, cancellation) =>
        {
            using var engine = Commands.EngineOf(parsed);
            var view = await engine.ContainerAsync(parsed.GetValue(container)!, cancellation);
            var events = await engine.EventsAsync(view.Id, cancellation);
            var lines = parsed.GetValue(tail);
            Write(output, view, events, lines > 0 ? await engine.LogsAsync(view.Id, lines, timestamps: false, cancellation) : "");
        });
        return command;
    }

    internal static void Write(TextWriter output, ContainerView c, EventView[] events, string log)
    {
        output.WriteLine($"{c.Name} is {c.State}");
        Text.WriteTable(output, [.. Facts(c, events)], "  ");
        output.WriteLine();
        output.WriteLine("What happened");
        Text.WriteTable(output, [.. events.Select(Row)], "  ");
        if (log is "")
            return;
        output.WriteLine();
        output.WriteLine("What it said last");
        foreach (var line in log.TrimEnd('\n').Split('\n'))
            output.WriteLine("  " + line.TrimEnd('\r'));
    }

    private static IEnumerable<string[]> Facts(ContainerView c, EventView[] events)
    {
        yield return ["id", c.Id];
        yield return ["image", $"{c.Image} ({Text.Short(c.ImageId)})"];
        yield return ["command", c.Command];
        yield return ["created", $"{Text.Time(c.CreatedAt)} by {c.CreatedBy} on {c.Host}"];
        if (c.StartedAt is { } started)
            yield return ["ran", c.FinishedAt is { } finished && finished >= started
                ? $"{Text.Time(started)} for {Text.Duration(finished - started)}, exit code {c.ExitCode}"
                : $"since {Text.Time(started)}"];
        if (c.Error is { } error)
            yield return ["error", error];
        if (c.RemovedAt is { } removed)
            yield return ["removed", Text.Time(removed)];
        foreach (var address in events.Where(e => e.Type == "ip_assigned").Select(e => e.Data.GetProperty("address").GetString()!).Distinct())
            yield return ["address", address];
        foreach (var image in c.CommittedImages)
            yield return ["committed", Text.Short(image)];
        if (events is [{ Type: "container_created", Data: var data }, ..])
        {
            foreach (var fact in Configuration(data))
                yield return fact;
        }
    }

    /// <summary>What of the stored configuration says something.</summary>
    private static IEnumerable<string[]> Configuration(JsonElement created)
    {
        foreach (var part in (string[])["config", "host"])
        {
            if (!created.TryGetProperty(part, out var options) || options.ValueKind != JsonValueKind.Object)
                continue;
            foreach (var option in options.EnumerateObject().Where(o => Says(o.Value)))
                yield return [option.Name, Value(option.Value)];
        }
    }

    private static bool Says(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Null or JsonValueKind.False or JsonValueKind.Undefined => false,
        JsonValueKind.Number => value.GetRawText() is not "0",
        JsonValueKind.String => value.GetString() is not "",
        JsonValueKind.Array => value.GetArrayLength() > 0,
        JsonValueKind.Object => value.EnumerateObject().Any(p => Says(p.Value)),
        _ => true,
    };

    private static string Value(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.String => value.GetString()!,
        JsonValueKind.True => "yes",
        JsonValueKind.Array => string.Join(' ', value.EnumerateArray().Select(Value)),
        JsonValueKind.Object => string.Join(' ', value.EnumerateObject().Where(p => Says(p.Value)).Select(p => $"{p.Name}={Value(p.Value)}")),
        _ => value.GetRawText(),
    };

    private static string[] Row(EventView e, int index) =>
        [index == 0 ? Text.Time(e.At) : "", Text.TimeOfDay(e.At), e.Type.Replace('_', ' '), Detail(e.Data), e.Actor, e.Cause];

    private static string Port(JsonElement p) =>
        $"{p.GetProperty("hostIp").GetString()}:{p.GetProperty("hostPort")}->{p.GetProperty("containerPort")}/{p.GetProperty("protocol").GetString()}";

    /// <summary>The one value by which an event of its kind is told from another.</summary>
    private static string Detail(JsonElement data)
    {
        if (data.TryGetProperty("ports", out var ports) && ports.ValueKind is JsonValueKind.Array && data.TryGetProperty("durationMs", out _))
            return string.Join(' ', ports.EnumerateArray().Select(Port));
        foreach (var name in (string[])["error", "exitCode", "address", "hostInterface", "reference", "signal", "recordingId", "pid", "name"])
        {
            if (data.TryGetProperty(name, out var value) && value.ValueKind is not JsonValueKind.Null)
                return $"{name} {Value(value)}";
        }
        return "";
    }
}
