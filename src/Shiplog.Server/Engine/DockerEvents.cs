using System.Globalization;
using System.Text.Json;
using Shiplog.Contracts.Views;
using Shiplog.Domain.Containers;
using Shiplog.Domain.Images;
using Shiplog.Server.Containers;
using Shiplog.Server.DockerApi;
using Shiplog.Server.DockerApi.Dto;

namespace Shiplog.Server.Engine;

/// <summary>
/// Stored events in Docker's words, each with its place in the log (<c>shiplog.sequence</c>), who and why. Steps that Docker
/// has no word for get one of ours; intents, which nothing has come of yet, are left out.
/// </summary>
internal static class DockerEvents
{
    /// <summary>None for an event that Docker's clients have no use for; a restart's start is two.</summary>
    public static async ValueTask<IReadOnlyList<EventMessage>> OfAsync(EventView view, EventSubjects subjects, CancellationToken cancellation)
    {
        if (!view.Stream.StartsWith("container/", StringComparison.Ordinal))
            return OfOthers(view);
        var subject = await subjects.OfAsync(view, cancellation);
        return view.Type is "bridge_attached" or "bridge_detached" ? [Network(view, subject)] : OfContainer(view, subject);
    }

    private static IReadOnlyList<EventMessage> OfContainer(EventView view, EventSubject subject)
    {
        (string Key, string Value)[] none = [];
        var d = view.Data;
        (string Action, (string Key, string Value)[] Attributes)? mapped = view.Type switch
        {
            "container_created" => ("create", none),
            "container_attached" => ("attach", none),
            "rootfs_mounted" => ("mount-rootfs", [("driver", d.Text("driver")), ("durationMs", d.Text("durationMs"))]),
            "rootfs_unmounted" => ("unmount-rootfs", none),
            "ip_assigned" => ("assign-ip", [("address", d.Text("address")), ("network", d.Text("networkId")), ("durationMs", d.Text("durationMs"))]),
            "ip_released" => ("release-ip", [("address", d.Text("address")), ("network", d.Text("networkId"))]),
            "ports_published" => ("publish-ports", [("ports", Ports(d)), ("durationMs", d.Text("durationMs"))]),
            "ports_unpublished" => ("unpublish-ports", [("ports", Ports(d))]),
            "container_started" => ("start", none),
            // Docker reports a stop's signal as a kill, before the exit that comes of it.
            "container_stop_requested" => ("kill", [("signal", SignalNumber(d.Text("signal"), "TERM"))]),
            "container_signalled" => ("kill", [("signal", SignalNumber(d.Text("signal"), "KILL"))]),
            "container_exited" => ("die", [("exitCode", d.Text("exitCode")), ("execDuration", Seconds(subject, view))]),
            "container_health_changed" => ("health_status: " + d.Text("to"), none),
            "container_restart_scheduled" => (
                "schedule-restart", [("attempt", d.Text("attempt")), ("reason", d.Text("reason")), ("nextAt", d.Text("nextAt"))]),
            "container_restart_cancelled" => ("cancel-restart", [("reason", d.Text("reason")), ("error", d.Text("error"))]),
            "container_stopped" => ("stop", none),
            "container_paused" => ("pause", none),
            "container_unpaused" => ("unpause", none),
            "container_renamed" => ("rename", [("oldName", "/" + d.Text("oldName"))]),
            "container_committed" => ("commit", [("imageID", d.Text("imageId")), ("imageRef", Familiar(d.Text("reference")))]),
            "container_files_read" => (d.Text("purpose") == "export" ? "export" : "archive-path", [("path", d.Text("path")), ("bytes", d.Text("bytes"))]),
            "container_files_written" => ("extract-to-dir", [("path", d.Text("path")), ("bytes", d.Text("bytes"))]),
            "container_updated" => ("update", none),
            "container_removed" => ("destroy", none),
            "exec_created" => ($"exec_create: {subject.CommandOf(d)}", [("execID", d.Text("execId"))]),
            "exec_started" => ($"exec_start: {subject.CommandOf(d)}", [("execID", d.Text("execId"))]),
            "exec_exited" => ("exec_die", [("execID", d.Text("execId")), ("exitCode", d.Text("exitCode"))]),
            "exec_failed" => ("exec-failed", [("execID", d.Text("execId")), ("exitCode", d.Text("exitCode")), ("error", d.Text("error"))]),
            "step_failed" => ("step-failed", [("step", d.Text("step")), ("phase", d.Text("phase")), ("error", d.Text("error"))]),
            "container_command_failed" => ("command-failed", [("command", d.Text("command")), ("error", d.Text("error"))]),
            _ => null,
        };
        if (mapped is not { } m)
            return [];
        var message = Container(view, subject, m.Action, m.Attributes);
        return view is { Type: "container_started", Cause: RestartContainer.Cause } ? [message, Container(view, subject, "restart", none)] : [message];
    }

    private static IReadOnlyList<EventMessage> OfOthers(EventView view)
    {
        var d = view.Data;
        return view.Type switch
        {
            "image_pulled" => [Image(view, "pull", Familiar(d.Text("reference")), Repository(d.Text("reference")))],
            "image_pushed" => [Image(view, "push", Familiar(d.Text("reference")), Repository(d.Text("reference")))],
            "image_loaded" => [Image(view, d.TryGetProperty("importedFrom", out _) ? "import" : "load", d.Text("imageId"), d.Text("imageId"))],
            "image_committed" => [Image(view, "create", d.Text("imageId"), d.Text("imageId"))],
            "image_built" => [Image(view, "build", d.Text("imageId"), d.Text("imageId"))],
            "image_tagged" => [Image(view, "tag", d.Text("imageId"), Familiar(d.Text("reference")))],
            "image_untagged" => [Image(view, "untag", d.Text("imageId"), Familiar(d.Text("reference")))],
            "image_digests_untagged" => [.. d.GetProperty("repoDigests").EnumerateArray().Select(r => Image(view, "untag", d.Text("imageId"), Familiar(r.GetString()!)))],
            "image_removed" => [Image(view, "delete", d.Text("imageId"), d.Text("imageId"))],
            "network_created" => [Message(view, "network", "create", d.Text("networkId"), [("name", d.Text("name")), ("type", d.Text("driver"))])],
            "network_removed" => [Message(view, "network", "destroy", d.Text("networkId"), [("name", d.Text("name")), ("type", d.Text("driver"))])],
            "volume_created" => [Volume(view, "create", [])],
            "volume_mounted" => [Volume(view, "mount",
                [("container", d.Text("containerId")), ("destination", d.Text("destination")), ("propagation", ""), ("read/write", d.Text("readOnly") is "true" ? "false" : "true")])],
            "volume_unmounted" => [Volume(view, "unmount", [("container", d.Text("containerId"))])],
            "volume_removed" => [Volume(view, "destroy", [])],
            "server_started" => [Message(view, "daemon", "start", d.Text("host"), [("name", d.Text("host"))])],
            "worker_started" => [Message(view, "daemon", "worker-start", d.Text("host"), [("name", d.Text("host")), ("runtime", d.Text("runtime"))])],
            "host_reconciled" => [Message(view, "daemon", "reconcile", d.Text("host"), [("name", d.Text("host"))])],
            _ => [],
        };
    }

    private static EventMessage Container(EventView view, EventSubject subject, string action, (string Key, string Value)[] attributes)
    {
        var message = Message(
            view, "container", action, subject.Id,
            [.. subject.Labels.Select(l => (l.Key, l.Value)), .. attributes, ("image", subject.Image), ("name", subject.Name)]);
        return message with { Status = action, Id = subject.Id, From = subject.Image };
    }

    private static EventMessage Image(EventView view, string action, string id, string name) =>
        Message(view, "image", action, id, [("name", name)]) with { Status = action, Id = id };

    private static EventMessage Volume(EventView view, string action, (string Key, string Value)[] attributes) =>
        Message(view, "volume", action, view.Data.Text("name"), [("driver", "local"), .. attributes]);

    private static EventMessage Network(EventView view, EventSubject subject) => Message(
        view, "network", view.Type is "bridge_attached" ? "connect" : "disconnect", view.Data.Text("networkId"),
        [("container", subject.Id), ("name", subject.NetworkName(view.Data)), ("type", "bridge"), ("interface", view.Data.Text("hostInterface"))]);

    private static EventMessage Message(EventView view, string type, string action, string id, (string Key, string Value)[] attributes)
    {
        var all = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var (key, value) in attributes)
            all[key] = value;
        all["shiplog.sequence"] = view.Sequence.ToString(CultureInfo.InvariantCulture);
        all["shiplog.actor"] = view.Actor;
        all["shiplog.cause"] = view.Cause;
        if (view.Correlation is { Length: > 0 } correlation)
            all["shiplog.correlation"] = correlation;
        return new EventMessage
        {
            Type = type,
            Action = action,
            Actor = new EventActor(id, all),
            Time = view.At.ToUnixTimeSeconds(),
            TimeNano = DockerTime.Nanoseconds(view.At),
        };
    }

    /// <summary>As <c>docker ps</c> shows them.</summary>
    private static string Ports(JsonElement data) => string.Join(", ", data.GetProperty("ports").EnumerateArray().Select(p =>
        $"{p.Text("hostIp")}:{p.Text("hostPort")}->{p.Text("containerPort")}/{p.Text("protocol")}"));

    private static string SignalNumber(string signal, string otherwise) =>
        UnixSignal.TryParse(signal is "" ? otherwise : signal, out var number) ? number.ToString(CultureInfo.InvariantCulture) : signal;

    private static string Seconds(EventSubject subject, EventView view) =>
        ((long)(view.At - (subject.StartedAt ?? view.At)).TotalSeconds).ToString(CultureInfo.InvariantCulture);

    private static string Familiar(string reference) => ImageReference.TryParse(reference, out var parsed, out _) ? parsed.Familiar : reference;

    private static string Repository(string reference) => ImageReference.TryParse(reference, out var parsed, out _) ? parsed.FamiliarRepository : reference;
}
