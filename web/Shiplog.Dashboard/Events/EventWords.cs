using System.Globalization;
using Shiplog.Contracts.Views;
using Shiplog.Dashboard.Shared;

namespace Shiplog.Dashboard.Events;

/// <summary>How an event looks at a glance.</summary>
public enum EventTone
{
    /// <summary>A fact.</summary>
    Plain = 0,

    /// <summary>Somebody asked for something.</summary>
    Intent,

    /// <summary>It runs, it is there.</summary>
    Good,

    /// <summary>Something is undone or gone, as it should.</summary>
    Undo,

    /// <summary>It failed.</summary>
    Bad,
}

/// <summary>Events in plain words.</summary>
internal static class EventWords
{
    /// <summary>Every type that this version knows, by the noun it is about.</summary>
    public static readonly IReadOnlyList<(string Noun, string[] Types)> Known =
    [
        ("Containers", [
            "container_created", "container_start_requested", "rootfs_mounted", "bridge_attached", "ip_assigned", "container_started",
            "container_attached", "container_stop_requested", "container_stopped", "container_kill_requested", "container_signalled",
            "container_pause_requested", "container_paused", "container_unpause_requested", "container_unpaused", "container_exited",
            "container_restart_scheduled", "container_restart_cancelled", "container_health_changed",
            "ip_released", "bridge_detached", "rootfs_unmounted", "step_failed", "container_command_failed", "container_renamed",
            "container_commit_requested", "container_committed", "container_update_requested", "container_updated",
            "container_remove_requested", "container_removed",
            "exec_created", "exec_start_requested", "exec_started", "exec_failed", "exec_exited", "session_recorded", "session_recording_read",
            "container_connect_requested", "container_connected", "container_disconnect_requested", "container_disconnected"]),
        ("Images", [
            "image_pull_requested", "image_pulled", "image_pull_failed", "image_push_requested", "image_pushed", "image_push_failed", "image_load_requested", "image_loaded", "image_load_completed",
            "image_load_failed", "image_committed", "image_built", "image_tagged", "image_untagged", "image_digests_untagged", "image_remove_requested", "image_removed",
            "image_remove_failed"]),
        ("Builds", ["image_build_requested", "build_context_received", "build_step_completed", "image_build_completed", "image_build_failed"]),
        ("Volumes", [
            "volume_create_requested", "volume_created", "volume_mounted", "volume_unmounted", "volume_remove_requested", "volume_removed", "volume_command_failed"]),
        ("Network and host", ["network_created", "network_remove_requested", "network_removed", "network_command_failed", "server_started", "worker_started", "host_reconciled"]),
    ];

    /// <summary>The type in words: <c>rootfs mounted</c>, <c>IP assigned</c>.</summary>
    public static string Title(string type)
    {
        var words = type.Replace('_', ' ');
        return words.StartsWith("ip ", StringComparison.Ordinal) ? "IP " + words[3..] : words;
    }

    public static EventTone Tone(EventView e) => e.Type switch
    {
        _ when IsFailure(e) => EventTone.Bad,
        "container_health_changed" => new EventBody(e.Data).Text("to") switch
        {
            "healthy" => EventTone.Good,
            "unhealthy" => EventTone.Bad,
            _ => EventTone.Plain,
        },
        _ when e.Type.EndsWith("_requested", StringComparison.Ordinal) => EventTone.Intent,
        "container_started" or "exec_started" or "image_pulled" or "image_pushed" or "image_loaded" or "image_committed" or "image_built" or "image_build_completed" or "container_committed" or "server_started"
            or "worker_started" => EventTone.Good,
        "ip_released" or "bridge_detached" or "rootfs_unmounted" or "container_removed" or "image_removed" or "image_untagged" or "image_digests_untagged" or "network_removed" or "container_disconnected"
            => EventTone.Undo,
        _ => EventTone.Plain,
    };

    /// <summary>A step or a command failed, or a program ended with an error.</summary>
    public static bool IsFailure(EventView e) =>
        e.Type.EndsWith("_failed", StringComparison.Ordinal) ||
        (e.Type == "exec_exited" && new EventBody(e.Data).Number("exitCode") != 0) ||
        (e.Type == "container_exited" && (new EventBody(e.Data).Number("exitCode") != 0 || new EventBody(e.Data).Flag("oomKilled")));

    /// <summary>What the body adds to the title; empty where that says it all.</summary>
    public static string Facts(EventView e)
    {
        var body = new EventBody(e.Data);
        return e.Type.StartsWith("image_", StringComparison.Ordinal) ? ImageFacts(e.Type, body) : ContainerFacts(e.Type, body);
    }

    /// <summary><c>137 (SIGKILL)</c></summary>
    public static string ExitCode(long code) => code switch
    {
        129 => "129 (SIGHUP)",
        130 => "130 (SIGINT)",
        131 => "131 (SIGQUIT)",
        132 => "132 (SIGILL)",
        134 => "134 (SIGABRT)",
        135 => "135 (SIGBUS)",
        136 => "136 (SIGFPE)",
        137 => "137 (SIGKILL)",
        139 => "139 (SIGSEGV)",
        141 => "141 (SIGPIPE)",
        143 => "143 (SIGTERM)",
        _ => code.ToString(CultureInfo.InvariantCulture),
    };

    private static string ContainerFacts(string type, EventBody body) => type switch
    {
        "container_created" => Join(From(body.Text("imageReference")), Command(body.Inner("config"))),
        "container_start_requested" => body.Inner("endpoint")?.Text("address") is { } address ? $"address {address} leased" : "no address needed",
        "rootfs_mounted" => Join(body.Text("driver"), Count(body.Count("layers"), "read-only layer") + ", one read-write layer"),
        "bridge_attached" => Join($"{body.Text("hostInterface")} on {body.Text("bridge")}", body.Text("macAddress")),
        "ip_assigned" => $"{body.Text("address")}/{body.Number("prefixLength")} via {body.Text("gateway")}",
        "container_started" => Join(
            $"process {body.Number("pid")}", body.Text("runtime"), body.Number("attempt") is { } attempt ? $"try {attempt} of the restart policy" : null),
        "container_restart_scheduled" => Join(
            $"try {body.Number("attempt")}", body.Text("reason"), $"in {Ages.Exact(TimeSpan.FromMilliseconds(body.Real("delayMs") ?? 0))}"),
        "container_health_changed" => Join(
            $"{body.Text("from")}, now {body.Text("to")}", body.Number("failingStreak") is { } streak and > 0 ? Count(streak, "failure") + " in a row" : null),
        "container_restart_cancelled" => Join(body.Text("reason"), body.Text("error")),
        "container_attached" => Join(string.Join(", ", ((string[])["stdin", "stdout", "stderr"]).Where(body.Flag)), Recorded(body)),
        "container_stop_requested" => Join(body.Text("signal") ?? "its stop signal", Patience(body.Number("timeoutSeconds"))),
        "container_stopped" => body.Flag("killed") ? "took SIGKILL" : "ended in time",
        "container_kill_requested" or "container_signalled" => body.Text("signal") ?? "",
        "container_exited" => Join(
            $"exit code {ExitCode(body.Number("exitCode") ?? 0)}", body.Flag("oomKilled") ? "the kernel killed it for memory" : null),
        "ip_released" => body.Text("address") ?? "",
        "bridge_detached" => body.Text("hostInterface") ?? "",
        "rootfs_unmounted" => "the read-write layer stays until removal",
        "step_failed" => $"{body.Text("step")} ({body.Text("phase")}): {body.Text("error")}",
        "container_command_failed" => $"{body.Text("command")}: {body.Text("error")}",
        "container_renamed" => $"{body.Text("oldName")} is now {body.Text("name")}",
        "container_commit_requested" => Join(body.Text("reference") is { } name ? "to " + Ids.Familiar(name) : null, body.Text("author")),
        "container_committed" => Join(
            (body.Text("reference") is { } name ? Ids.Familiar(name) + " " : "") + "is " + Ids.Short(body.Text("imageId") ?? ""),
            body.Text("newLayer") is null ? "nothing had changed" : null),
        "container_update_requested" or "container_updated" => Changes(body.Inner("from"), body.Inner("to")),
        "container_remove_requested" => body.Flag("force") ? "by force" : "",
        "exec_created" => Join(
            string.Join(' ', body.Texts("cmd")), body.Text("user") is { Length: > 0 } user ? $"as {user}" : null,
            body.Flag("privileged") ? "privileged" : null, body.Flag("tty") ? "with a terminal" : null),
        "exec_start_requested" => Join(body.Flag("detach") ? "nobody waits for its output" : null, Recorded(body)),
        "exec_started" => $"process {body.Number("pid")}",
        "exec_failed" => Join($"exit code {ExitCode(body.Number("exitCode") ?? 0)}", body.Text("error")),
        "exec_exited" => $"exit code {ExitCode(body.Number("exitCode") ?? 0)}",
        "session_recorded" => Join(
            $"recording {body.Text("recordingId")}", body.Text("mode") == "all" ? "output and input" : body.Text("mode"),
            Ages.Exact(TimeSpan.FromMilliseconds(body.Real("durationMs") ?? 0)), Ages.Bytes(body.Number("size") ?? 0),
            body.Text("cut") is { } cut ? $"cut: {cut}" : null, body.Text("error")),
        "session_recording_read" => $"recording {body.Text("recordingId")}",
        "container_connect_requested" => $"{body.Inner("network")?.Text("networkName")}: address {body.Inner("endpoint")?.Text("address")} leased",
        "container_disconnect_requested" => body.Text("networkName") ?? "",
        "network_remove_requested" or "network_removed" => body.Text("name") ?? "",
        "network_command_failed" => $"{body.Text("command")}: {body.Text("error")}",
        "network_created" => Join(body.Text("name"), body.Text("subnet")),
        "build_context_received" => body.Text("commit") is { } commit ? $"commit {Ids.Short(commit)}" : "",
        "build_step_completed" => Join(body.Text("instruction"), body.Text("reason")),
        "volume_created" or "volume_create_requested" or "volume_removed" or "volume_remove_requested" => body.Text("name") ?? "",
        "volume_mounted" or "volume_unmounted" => $"at {body.Text("destination")}",
        "volume_command_failed" => $"{body.Text("command")}: {body.Text("error")}",
        "server_started" => Join(body.Text("version"), Count(body.Number("openCommands") ?? 0, "open command")),
        "worker_started" => Join(body.Text("version"), body.Text("runtime"), body.Text("kernel")),
        "host_reconciled" => $"{Count(body.Count("found"), "difference")} found, {body.Count("repaired")} repaired",
        _ => "",
    };

    private static string ImageFacts(string type, EventBody body) => type switch
    {
        "image_pull_requested" => body.Text("platform") ?? "",
        "image_pulled" => Join(
            Ids.Familiar(body.Text("reference") ?? ""), Layers(body), From(body.Text("registry")), Took(body.Time("startedAt"), body.Time("at"))),
        "image_push_requested" => Ids.Short(body.Text("imageId") ?? ""),
        "image_pushed" => Join(
            Ids.Familiar(body.Text("reference") ?? ""), $"{body.Number("sentLayers") ?? 0} of {Count((int)(body.Number("layers") ?? 0), "layer")} sent",
            Ages.Bytes(body.Number("sentBytes") ?? 0), $"to {body.Text("registry")}", Took(body.Time("startedAt"), body.Time("at"))),
        "image_loaded" => Join(
            string.Join(", ", body.Texts("references").Select(Ids.Familiar)), body.Text("importedFrom") is { Length: > 0 } source ? "imported from " + source : "", Layers(body)),
        "image_load_completed" => Count(body.Count("imageIds"), "image"),
        "image_committed" => Join($"from container {Ids.Short(body.Text("containerId") ?? "")}", body.Text("author"), Layers(body)),
        "image_built" => Join($"step {body.Number("step") ?? 0}", Layers(body)),
        "image_build_requested" => Join(string.Join(", ", body.Texts("references").Select(Ids.Familiar)), body.Text("dockerfile")),
        "image_build_completed" => Join(
            $"is {Ids.Short(body.Text("imageId") ?? "")}", $"{Count((int)(body.Number("steps") ?? 0), "step")}, {body.Number("cachedSteps") ?? 0} cached",
            Took(body.Time("startedAt"), body.Time("at"))),
        "image_tagged" => $"points to {Ids.Short(body.Text("imageId") ?? "")}" +
            (body.Text("previousImageId") is { } before ? $", before to {Ids.Short(before)}" : ""),
        "image_digests_untagged" => string.Join(", ", body.Texts("repoDigests").Select(Ids.Familiar)),
        "image_untagged" => $"pointed to {Ids.Short(body.Text("imageId") ?? "")}",
        "image_removed" => $"{Ages.Bytes(body.Number("freedBytes") ?? 0)} freed",
        _ when type.EndsWith("_failed", StringComparison.Ordinal) => body.Text("error") ?? "",
        _ => "",
    };

    /// <summary>What an update makes of a container's limits and of its restart policy.</summary>
    private static string Changes(EventBody? from, EventBody? to)
    {
        var (was, now) = (from?.Inner("resources"), to?.Inner("resources"));
        var names = (now?.Names() ?? []).Union(was?.Names() ?? []);
        var (policyBefore, policy) = (from?.Inner("restart")?.Text("name") ?? "no", to?.Inner("restart")?.Text("name") ?? "no");
        return Join([
            .. names.Where(n => now?.Value(n) != was?.Value(n)).Select(n => $"{n} {now?.Value(n) ?? "without limit"} (was {was?.Value(n) ?? "without limit"})"),
            policy == policyBefore ? null : $"restart {policy} (was {policyBefore})"]);
    }

    private static string Layers(EventBody body) =>
        $"{Count(body.Count("layers"), "layer")}, {Ages.Bytes(body.Items("layers").Sum(l => l.Number("unpackedSize") ?? 0))}";

    private static string? From(string? source) => source is null ? null : "from " + Ids.Familiar(source);

    private static string? Command(EventBody? config) => config is { } c ? string.Join(' ', c.Texts("entrypoint").Concat(c.Texts("cmd"))) : null;

    private static string? Recorded(EventBody body) => body.Inner("recording")?.Text("mode") switch
    {
        null => null,
        "all" => "output and input recorded",
        var mode => mode + " recorded",
    };

    private static string? Took(DateTimeOffset? from, DateTimeOffset? to) => to - from is { } span ? "in " + Ages.Exact(span) : null;

    private static string? Patience(long? seconds) => seconds is >= 0 ? $"SIGKILL after {seconds} s" : null;

    private static string Count(long count, string noun) => count == 1 ? $"1 {noun}" : $"{count} {noun}s";

    private static string Join(params string?[] parts) => string.Join(" · ", parts.Where(p => !string.IsNullOrWhiteSpace(p)));
}
