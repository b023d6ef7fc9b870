using System.Text.Json;
using Shiplog.Contracts.Views;

namespace Shiplog.Dashboard.Tests;

/// <summary>Writes events as the REST API gives them.</summary>
internal sealed class ALog
{
    public const string Container = "4f9a1c0d2b3e4f5a6b7c8d9e0f1a2b3c4d5e6f7a8b9c0d1e2f3a4b5c6d7e8f90";
    public const string Image = "sha256:aa11bb22cc33dd44ee55ff66aa77bb88cc99dd00ee11ff22aa33bb44cc55dd66";

    public static readonly DateTimeOffset Noon = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    private readonly List<EventView> _events = [];
    private readonly Dictionary<string, long> _versions = [];

    public IReadOnlyList<EventView> Events => _events;

    /// <summary>Appends an event that happened so many milliseconds after noon.</summary>
    public EventView Add(string type, double milliseconds, object? data = null, string stream = "container/" + Container)
    {
        var at = Noon.AddMilliseconds(milliseconds);
        var version = _versions[stream] = _versions.GetValueOrDefault(stream) + 1;
        var e = new EventView(
            _events.Count + 1, stream, version, type, at, at.AddMilliseconds(2), "unix:root", "request", "correlation-1", "command-1", "harbor",
            JsonSerializer.SerializeToElement(data ?? new { }, JsonSerializerOptions.Web));
        _events.Add(e);
        return e;
    }

    /// <summary>Created at noon, started within 60 ms, and exited after two seconds.</summary>
    public static ALog OfARun(int exitCode = 0)
    {
        var log = new ALog();
        log.Add("container_created", 0, new { Name = "cce", ImageReference = "docker.io/library/busybox:latest" });
        log.Add("container_start_requested", 10, new { Endpoint = new { Address = "172.17.0.2" } });
        log.Add("rootfs_mounted", 20, new { DurationMs = 4.0, Driver = "overlay2", Layers = (string[])["sha256:1"] });
        log.Add("bridge_attached", 30, new { DurationMs = 8.0, HostInterface = "veth1", Bridge = "shiplog0", MacAddress = "02:42:ac:11:00:02" });
        log.Add("ip_assigned", 32, new { DurationMs = 1.0, Address = "172.17.0.2", PrefixLength = 16, Gateway = "172.17.0.1" });
        log.Add("container_started", 60, new { DurationMs = 25.0, Pid = 4711, Runtime = "crun" });
        log.Add("container_commit_requested", 1000, new { Reference = "docker.io/library/caichangen:v0.1" });
        log.Add("container_committed", 1060, new { DurationMs = 50.0, ImageId = Image, Reference = "docker.io/library/caichangen:v0.1" });
        log.Add("container_exited", 2060, new { ExitCode = exitCode });
        log.Add("ip_released", 2061, new { Address = "172.17.0.2" });
        log.Add("bridge_detached", 2065, new { HostInterface = "veth1" });
        log.Add("rootfs_unmounted", 2070);
        return log;
    }

    /// <summary>A container as the list shows it.</summary>
    public static ContainerView AContainer(string name, string state, int? exitCode = null, string? error = null, int minute = 0) => new(
        name.PadRight(64, '0'), name, "docker.io/library/busybox:latest", Image, "sh", state, exitCode, error, Noon.AddMinutes(minute), null, null, null,
        state == "running" ? "172.17.0.2" : null, "bridge", null, "unix:root", [], "harbor");
}
