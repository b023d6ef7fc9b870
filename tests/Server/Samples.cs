using Shiplog.Contracts.Orders;
using Shiplog.Domain.Containers;
using HostOptions = Shiplog.Domain.Containers.HostOptions;

namespace Shiplog.Server.Tests;

/// <summary>Values that tests start from.</summary>
internal static class Samples
{
    public static readonly DateTimeOffset At = new(2026, 3, 3, 14, 3, 0, TimeSpan.Zero);

    public static ContainerCreated Created(string id, string name, string commandId, string networkMode = "bridge", bool autoRemove = false) => new(
        id, commandId, name, "busybox", "sha256:" + new string('1', 64), ["sha256:" + new string('2', 64)], Config(), Host(networkMode, autoRemove),
        DateTimeOffset.UtcNow);

    public static ContainerConfig Config() => new(
        "", "", "", false, true, true, false, false, false, ["PATH=/bin", "Ünïcode=✓"], ["sh", "-c", "echo \"<h1>\""], null, "",
        new() { ["com.Example.CamelCase"] = "kept", ["lower"] = "" }, ["80/tcp"], [], null, null);

    public static HostOptions Host(string networkMode = "bridge", bool autoRemove = false) =>
        new(networkMode, autoRemove, [], [], [], [], [], [], false, "json-file", 0, 0);

    public static Report[] StartReports(string id, ContainerStartRequested start, DateTimeOffset? when = null)
    {
        var at = when ?? DateTimeOffset.UtcNow;
        var reports = new List<Report> { new RootFsMountedReport(id, "overlay2", ["l"], "/upper", "/merged", TimeSpan.FromMilliseconds(1.5), at) };
        if (start.Endpoint is { } e)
        {
            reports.Add(new BridgeAttachedReport(id, e.NetworkId, e.Bridge, e.HostInterface, "eth0", e.MacAddress, "/netns", TimeSpan.FromMilliseconds(2), at));
            reports.Add(new IpAssignedReport(id, e.NetworkId, e.Address, e.PrefixLength, e.Gateway, TimeSpan.FromMilliseconds(0.5), at));
        }
        reports.Add(new ContainerStartedReport(id, 4242, "crun", TimeSpan.FromMilliseconds(20), at));
        return [.. reports];
    }

    public static Report[] ExitReports(string id, ContainerStartRequested start, int exitCode = 0)
    {
        var at = DateTimeOffset.UtcNow;
        var reports = new List<Report> { new ContainerExitedReport(id, exitCode, false, "/log", at) };
        if (start.Endpoint is { } e)
        {
            reports.Add(new IpReleasedReport(id, e.NetworkId, e.Address, at));
            reports.Add(new BridgeDetachedReport(id, e.NetworkId, e.HostInterface, at));
        }
        reports.Add(new RootFsUnmountedReport(id, at));
        return [.. reports];
    }

    private static long _number;

    public static ReportBatch Batch(string? commandId, string? cause, params Report[] reports) =>
        new("testhost", "epoch-1", Interlocked.Increment(ref _number), commandId, cause, reports);
}
