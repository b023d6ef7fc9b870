using Shiplog.Contracts;
using Shiplog.Contracts.Orders;
using Shiplog.Domain.Containers;
using Shiplog.Domain.Networks;
using Shiplog.Server.DockerApi;
using Shiplog.Server.DockerApi.Dto;
using Shiplog.Server.Engine;
using Shiplog.Server.Networks;
using Shiplog.Server.Orders;
using HostOptions = Shiplog.Domain.Containers.HostOptions;

namespace Shiplog.Server.Containers;

/// <summary>GET /containers/{id}/json</summary>
internal sealed class InspectContainer(
    ContainerCommands commands, ContainerMeasure measure, NetworkDirectory networks, IWorker worker, KernelFeatures kernel, StorageOfHost storage, Instance instance) : IDockerEndpoint
{
    public async Task HandleAsync(DockerRequest request)
    {
        var container = await commands.FindAsync(request.Name, request.Cancellation);
        var network = await networks.FindAsync(container.Host?.NetworkMode ?? "", request.Cancellation);
        var health = container.Health is null ? null : await HealthAsync(container, request.Cancellation);
        var etc = await EtcAsync(container, request.Cancellation);
        var size = request.Flag("size") ? await measure.OfAsync(container, request.Cancellation) : null;
        var driver = container.RootFs?.Driver ?? await storage.DriverAsync(request.Cancellation);
        var shown = Inspect(container, network, etc, driver, health, size, request.Version);
        shown = shown with { HostConfig = shown.HostConfig with { Links = await LinksAsync(container, request.Cancellation) } };
        await request.WriteJsonAsync(shown, DockerJson.Default.ContainerInspect);
    }

    /// <summary>Where the files are that it has in /etc: those of the container whose network it is in. Only root can look.</summary>
    private async Task<string> EtcAsync(Container c, CancellationToken cancellation)
    {
        var owner = c.Id;
        // A host was there before its guests; a name that is still one has never been found.
        for (var host = JoinNetwork.HostOf(c); host is { Length: 64 }; host = JoinNetwork.HostOf(await commands.TryFindAsync(host, cancellation)))
            owner = host;
        return Path.Combine(instance.WorkerFolder, "containers", owner);
    }

    /// <summary>By the names that those linked to have now: <c>/db:/web/database</c>.</summary>
    private async Task<string[]?> LinksAsync(Container c, CancellationToken cancellation)
    {
        var links = new List<string>();
        foreach (var link in c.Host?.Links ?? [])
        {
            if (LinkContainers.TryParse(link, out var id, out var alias) && await commands.TryFindAsync(id, cancellation) is { } other)
                links.Add($"/{other.Name}:/{c.Name}/{alias}");
        }
        return links is [] ? null : [.. links];
    }

    private ContainerInspect Inspect(Container c, Network? mode, string etc, string driver, HealthDto? health, ContainerSize? size, ApiVersion version)
    {
        var program = c.Program();
        return new ContainerInspect(
            c.Id, DockerTime.Text(c.CreatedAt), program is [var path, ..] ? path : "", program is [_, .. var args] ? args : [], State(c, health), c.ImageId,
            Path.Combine(etc, "resolv.conf"), Path.Combine(etc, "hostname"), Path.Combine(etc, "hosts"), c.Logs ?? "", "/" + c.Name, c.RestartCount,
            driver, "linux", "", "", "", Execs(c), Host(c.Host!), GraphDriver(c, driver), size?.ReadWrite, size?.ReadWrite + size?.Layers, MountWire.Of(c, instance),
            ContainerWire.Config(c.Config!, c.ImageReference), Network(c, mode, version));
    }

    private static string[]? Execs(Container c) =>
        c.Execs.Where(e => e.Status != ExecStatus.Ended).Select(e => e.Id).ToArray() is { Length: > 0 } ids ? ids : null;

    private static ContainerStateDto State(Container c, HealthDto? health) => new(
        ContainerWire.State(c), c.IsUp, c.Status == ContainerStatus.Paused, c.Status == ContainerStatus.Restarting, c.OomKilled,
        c.Status == ContainerStatus.Dead, c.Pid, c.ExitCode, c.Error, DockerTime.Text(c.StartedAt), DockerTime.Text(c.FinishedAt),
        health);

    /// <summary>The status as it is recorded; streak and probes, which are not, as the worker knows them.</summary>
    private async Task<HealthDto> HealthAsync(Container c, CancellationToken cancellation)
    {
        try
        {
            using var answer = await WorkerStream.GetAsync(worker, WorkerStreams.Health(c.Id), cancellation);
            var known = await answer.Content.ReadFromJsonAsync(DockerJson.Default.ContainerHealth, cancellation);
            return new HealthDto(
                c.Health!, known!.FailingStreak,
                [.. known.Log.Select(p => new HealthProbeDto(DockerTime.Text(p.Start), DockerTime.Text(p.End), p.ExitCode, p.Output))]);
        }
        catch (Exception e) when (e is WorkerAwayException or DockerException { Status: 404 })
        {
            return new HealthDto(c.Health!, 0, []);
        }
    }

    private HostConfigDto Host(HostOptions h) => HostConfigOf.Options(h, kernel.Features) with
    {
        LogConfig = new LogConfigBody(h.LogDriver, h.LogOptions ?? []),
        NetworkMode = h.NetworkMode,
        RestartPolicy = h.Restart is { } restart ? new(restart.Name, restart.MaximumRetryCount) : new("no", 0),
        AutoRemove = h.AutoRemove,
        ConsoleSize = [h.ConsoleHeight, h.ConsoleWidth],
        CapAdd = h.CapAdd is [] ? null : h.CapAdd,
        CapDrop = h.CapDrop is [] ? null : h.CapDrop,
        Dns = h.Dns,
        DnsOptions = h.DnsOptions,
        DnsSearch = h.DnsSearch,
        ExtraHosts = h.ExtraHosts is [] ? null : h.ExtraHosts,
        ReadonlyRootfs = h.ReadonlyRootfs,
        Runtime = h.Runtime ?? instance.Settings.Runtime,
        Binds = h.Mounts?.Binds is { Length: > 0 } binds ? binds : null,
        Mounts = h.Mounts?.Mounts is { Length: > 0 } mounts ? [.. mounts.Select(MountWire.Of)] : null,
        Tmpfs = h.Mounts?.Tmpfs is { Count: > 0 } tmpfs ? tmpfs : null,
        VolumesFrom = h.Mounts?.VolumesFrom is { Length: > 0 } from ? from : null,
        VolumeDriver = h.Mounts?.VolumeDriver ?? "",
        PortBindings = PortWire.Asked(h),
        PublishAllPorts = h.PublishAllPorts,
        CgroupParent = h.CgroupParent ?? "",
    };

    private static GraphDriverDto GraphDriver(Container c, string driver) => new(c.RootFs is not { } root ? null : new()
    {
        ["LowerDir"] = string.Join(':', root.Layers.Reverse()),
        ["MergedDir"] = root.MergedPath,
        ["UpperDir"] = root.UpperPath,
    }, driver);

    private static NetworkSettingsDto Network(Container c, Network? mode, ApiVersion version)
    {
        var networks = ContainerWire.Networks(c, mode, aliasesWithId: !version.AtLeast(45));
        if (c.Endpoint is not { } first)
            return new NetworkSettingsDto { Networks = networks };
        var settings = new NetworkSettingsDto
        {
            Bridge = "",
            SandboxID = ContainerWire.EndpointId(c, first.NetworkId),
            SandboxKey = c.NetworkNamespace ?? "",
            Ports = PortWire.Map(c),
            Networks = networks,
        };
        // Here Docker shows the default network only.
        return c.Places.FirstOrDefault(p => DefaultNetworks.Has(p.Endpoint.NetworkName))?.Endpoint is not { } e ? settings : settings with
        {
            EndpointID = ContainerWire.EndpointId(c, e.NetworkId),
            Gateway = e.Gateway,
            IPAddress = e.Address,
            IPPrefixLen = e.PrefixLength,
            MacAddress = e.MacAddress,
        };
    }
}
