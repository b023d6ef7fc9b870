using Shiplog.Contracts;
using Shiplog.Domain.Containers;
using Shiplog.Domain.Networks;
using Shiplog.Server.DockerApi;
using Shiplog.Server.DockerApi.Dto;

namespace Shiplog.Server.Containers;

/// <summary>A container in Docker's words.</summary>
internal static class ContainerWire
{
    public static string State(Container c) => c.Status switch
    {
        ContainerStatus.Created => "created",
        ContainerStatus.Running => "running",
        ContainerStatus.Paused => "paused",
        ContainerStatus.Restarting => "restarting",
        ContainerStatus.Removing or ContainerStatus.Removed => "removing",
        ContainerStatus.Dead => "dead",
        _ => "exited",
    };

    /// <summary>As <c>docker ps</c> shows it: <c>Up 3 minutes</c>.</summary>
    public static string Status(Container c, DateTimeOffset now) => c.Status switch
    {
        ContainerStatus.Running => $"Up {DockerTime.Human(now - (c.StartedAt ?? now))}{Health(c)}",
        ContainerStatus.Paused => $"Up {DockerTime.Human(now - (c.StartedAt ?? now))} (Paused)",
        ContainerStatus.Restarting => $"Restarting ({c.ExitCode}) {DockerTime.Human(now - (c.FinishedAt ?? now))} ago",
        ContainerStatus.Exited => $"Exited ({c.ExitCode}) {DockerTime.Human(now - (c.FinishedAt ?? now))} ago",
        ContainerStatus.Removing => "Removal In Progress",
        ContainerStatus.Dead => "Dead",
        _ => "Created",
    };

    private static string Health(Container c) => c.Health switch
    {
        null => "",
        "starting" => " (health: starting)",
        var clear => $" ({clear})",
    };

    /// <summary>The container's networks; while it does not run it has a place in them, but no address.</summary>
    /// <param name="mode">The network that its mode names, where it is known.</param>
    /// <param name="aliasesWithId">Up to 1.44 the short id is among the aliases.</param>
    public static Dictionary<string, EndpointDto> Networks(Container c, Network? mode = null, bool aliasesWithId = true)
    {
        var networks = JoinNetwork.HostOf(c) is not null ? [] : c.Networks
            ?? (c.Places is [] ? [new NetworkAttachment(mode?.Id ?? "", mode?.Name ?? c.Host?.NetworkMode ?? "")]
                : [.. c.Places.Select(p => new NetworkAttachment(p.Endpoint.NetworkId, p.Endpoint.NetworkName))]);
        return networks.ToDictionary(n => n.NetworkName, n => Endpoint(c, n, c.PlaceIn(n.NetworkId)?.Endpoint, aliasesWithId));
    }

    private static EndpointDto Endpoint(Container c, NetworkAttachment n, NetworkEndpoint? place, bool aliasesWithId)
    {
        var names = DnsNames.Of(c, n);
        return new EndpointDto
        {
            IPAMConfig = n.Address is { } asked ? new EndpointIpamDto(asked) : null,
            Aliases = names is null ? null : aliasesWithId ? [.. n.Aliases ?? [], c.Id[..12]] : n.Aliases,
            DNSNames = names,
            NetworkID = n.NetworkId,
            EndpointID = place is null ? "" : EndpointId(c, n.NetworkId),
            Gateway = place is null or { Internal: true } ? "" : place.Gateway,
            IPAddress = place?.Address ?? "",
            IPPrefixLen = place?.PrefixLength ?? 0,
            MacAddress = place?.MacAddress ?? n.MacAddress ?? "",
        };
    }

    /// <summary>The container's place in a network.</summary>
    public static string EndpointId(Container c, string? networkId) => Domain.Networks.EndpointId.Of(c.Id, networkId, c.StartCommandId);

    public static ContainerConfigDto Config(ContainerConfig c, string image) => new()
    {
        Hostname = c.Hostname,
        Domainname = c.Domainname,
        User = c.User,
        AttachStdin = c.AttachStdin,
        AttachStdout = c.AttachStdout,
        AttachStderr = c.AttachStderr,
        ExposedPorts = c.ExposedPorts is [] ? null : Empty.Set(c.ExposedPorts),
        Tty = c.Tty,
        OpenStdin = c.OpenStdin,
        StdinOnce = c.StdinOnce,
        Env = c.Env,
        Cmd = c.Cmd is [] ? null : c.Cmd,
        Image = image,
        Volumes = c.Volumes is [] ? null : Empty.Set(c.Volumes),
        WorkingDir = c.WorkingDir,
        Entrypoint = c.Entrypoint,
        OnBuild = c.OnBuild,
        Shell = c.Shell,
        Labels = c.Labels,
        StopSignal = c.StopSignal,
        StopTimeout = c.StopTimeout,
        Healthcheck = c.Healthcheck is { } h ? Health(h) : null,
    };

    private static HealthcheckDto Health(Healthcheck h)
    {
        static long? Set(long value) => value is 0 ? null : value;
        return new HealthcheckDto
        {
            Test = h.Test,
            Interval = Set(h.Interval),
            Timeout = Set(h.Timeout),
            StartPeriod = Set(h.StartPeriod),
            StartInterval = Set(h.StartInterval),
            Retries = h.Retries is 0 ? null : h.Retries,
        };
    }

    public static ContainerSummary Summary(Container c, string image, Instance instance, DateTimeOffset now) => new(
        c.Id, ["/" + c.Name], image, c.ImageId, Command(c), c.CreatedAt.ToUnixTimeSeconds(), PortWire.List(c), c.Config?.Labels ?? [], State(c),
        Status(c, now), new SummaryHostConfigDto(c.Host?.NetworkMode ?? ""), new SummaryNetworksDto(Networks(c)), MountWire.Of(c, instance));

    private static string Command(Container c) =>
        string.Join(' ', c.Program().Select((a, i) => i > 0 && a.Contains(' ', StringComparison.Ordinal) ? $"'{a}'" : a));
}
