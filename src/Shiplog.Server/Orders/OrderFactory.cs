using Shiplog.Contracts;
using Shiplog.Domain.Containers;
using Shiplog.Domain.Containers.Rules;
using Shiplog.Domain.Images;
using Shiplog.Domain.Mounts;
using Shiplog.Domain.Networks;
using Shiplog.Domain.Volumes;
using Contract = Shiplog.Contracts.Orders;
using HostOptions = Shiplog.Domain.Containers.HostOptions;

namespace Shiplog.Server.Orders;

/// <summary>
/// What an accepted command asks of the worker, from the stored intent and the state alone: a request and a recovery after
/// a crash send the same order.
/// </summary>
internal sealed class OrderFactory(Instance instance)
{
    /// <param name="container">The state before or after the intent.</param>
    /// <param name="volumes">The volumes that it mounts.</param>
    public Contract.StartContainer Start(
        Container container, ContainerStartRequested intent, IReadOnlyDictionary<string, Volume>? volumes = null)
    {
        var host = HostOf(container);
        var places = Places(container, intent);
        var first = places.FirstOrDefault();
        return new Contract.StartContainer(
            intent.CommandId, container.Id, container.Name,
            new Contract.MountRootFs(container.ImageId, container.ImageLayers, host.ReadonlyRootfs),
            host.NetworkMode is "host" ? Contract.NetworkMode.Host
                : JoinNetwork.HostOf(container) is not null ? Contract.NetworkMode.Shared
                : first is null ? Contract.NetworkMode.None : Contract.NetworkMode.Bridge,
            first?.Bridge, first?.Address,
            Process(container, intent), host.AutoRemove)
        {
            Restart = Restart(host.Restart),
            Health = Health(container.Config!),
            Limits = OrderOptions.Limits(host.Resources),
            Confinement = OrderOptions.Confinement(host),
            Namespaces = OrderOptions.Namespaces(host.Namespaces),
            Sysctls = host.Sysctls,
            ShmSize = host.ShmSize == 0 ? null : host.ShmSize,
            LogRotation = LogRules.Rotation(host),
            Mounts = MountOrders.Of(container, volumes ?? new Dictionary<string, Volume>()),
            Ports = Ports(container.Id, intent),
            NetworkOf = JoinNetwork.HostOf(container),
            CgroupParent = host.CgroupParent,
            Further = places is [_, _, ..] ? places[1..] : null,
        };
    }

    private static Contract.PublishPorts? Ports(string containerId, ContainerStartRequested intent) => intent.Ports is { } ports && PublishPorts.Over(intent) is { } e
        ? new Contract.PublishPorts(
            e.Bridge, e.HostInterface, e.Address, EndpointId.Of(containerId, e.NetworkId, intent.CommandId),
            [.. ports.Select(p => new Contract.PortMapping(p.HostIp, p.HostPort, p.ContainerPort, p.Protocol))])
        : null;

    private Contract.HealthCheck? Health(ContainerConfig config)
    {
        if (config.Healthcheck is not { } check || check.Command(config.Shell) is not { Length: > 0 } command)
            return null;
        var (interval, timeout, startPeriod, startInterval, retries) = check.Times();
        return new Contract.HealthCheck(
            command, interval, timeout, startPeriod, startInterval, retries,
            config.Labels.GetValueOrDefault(Healthcheck.RestartLabel) == "true", config.StopTimeout ?? instance.Settings.StopTimeout);
    }

    private static Contract.RestartPolicy? Restart(RestartPolicy? policy) => policy is null ? null : new(
        policy.Name switch
        {
            "always" => Contract.RestartCondition.Always,
            "unless-stopped" => Contract.RestartCondition.UnlessStopped,
            _ => Contract.RestartCondition.OnFailure,
        },
        policy.MaximumRetryCount);

    /// <param name="options">With their secrets, which are never stored: a creation that is driven again may lack them.</param>
    public static Contract.CreateVolume CreateVolume(VolumeCreateRequested intent, Dictionary<string, string> options) =>
        new(intent.CommandId, intent.Name, intent.Driver, options);

    public static Contract.RemoveVolume RemoveVolume(VolumeRemoveRequested intent) => new(intent.CommandId, intent.Name);

    public static Contract.StopContainer Stop(ContainerStopRequested intent) =>
        new(intent.CommandId, intent.ContainerId, intent.Signal, intent.TimeoutSeconds) { Keep = intent.Keep };

    public static Contract.KillContainer Kill(ContainerKillRequested intent) => new(intent.CommandId, intent.ContainerId, intent.Signal);

    public static Contract.PauseContainer Pause(ContainerPauseRequested intent) => new(intent.CommandId, intent.ContainerId);

    public static Contract.UnpauseContainer Unpause(ContainerUnpauseRequested intent) => new(intent.CommandId, intent.ContainerId);

    /// <param name="env"><c>NAME=value</c>; not in the log.</param>
    /// <param name="console">Width and height; not in the log.</param>
    public static Contract.StartExec Exec(Exec exec, ExecStartRequested intent, string[] env, (int Width, int Height) console) => new(
        intent.CommandId, intent.ContainerId, intent.ExecId,
        new Contract.ExecProcess(
            exec.Cmd, env, exec.WorkingDir, exec.User, exec.Tty, exec.Privileged, exec.AttachStdin, Attached: !intent.Detach, console.Width,
            console.Height));

    /// <summary>What has come of a start whose order may or may not have arrived.</summary>
    public static Contract.StartExec OutcomeOf(ExecStartRequested intent) =>
        new(intent.CommandId, intent.ContainerId, intent.ExecId, null);

    public static Contract.UpdateContainer Update(ContainerUpdateRequested intent) =>
        new(intent.CommandId, intent.ContainerId, OrderOptions.Limits(intent.To.Resources), Restart(intent.To.Restart));

    public static Contract.RemoveContainer Remove(ContainerRemoveRequested intent) => new(intent.CommandId, intent.ContainerId);

    public static Contract.CommitContainer Commit(Container container, ContainerCommitRequested intent) =>
        new(intent.CommandId, container.Id, container.ImageId, intent.ConfigTemplate, intent.Pause);

    /// <param name="credentials">Never stored, so a recovered pull has none.</param>
    public static Contract.PullImage Pull(ImagePullRequested intent, Contract.RegistryCredentials? credentials) =>
        new(intent.CommandId, intent.Reference, intent.Platform, intent.PointsTo, credentials);

    /// <param name="credentials">Never stored, so a recovered push has none.</param>
    /// <param name="present">All images on the host: what one of them has at the same registry need not be sent again.</param>
    public static Contract.PushImage Push(ImagePushRequested intent, Contract.RegistryCredentials? credentials, IEnumerable<Image> present)
    {
        var target = ImageReference.Parse(intent.Reference);
        var there = new Dictionary<string, string>();
        foreach (var image in present)
        {
            if (image.RepoDigests.Select(ImageReference.Parse).FirstOrDefault(r => r.Domain == target.Domain && r.Path != target.Path) is not { } other)
                continue;
            foreach (var layer in image.Layers)
                there.TryAdd(layer.Digest, other.Path);
        }
        return new(intent.CommandId, intent.Reference, intent.ImageId, there, credentials);
    }

    /// <param name="present">All images on the host, this one included or not.</param>
    public static Contract.RemoveImage RemoveImage(ImageRemoveRequested intent, IEnumerable<Image> present) =>
        new(intent.CommandId, intent.ImageId, [.. present.Where(i => i.Present && i.Id != intent.ImageId).Select(i => i.Id)]);

    /// <param name="container">The state before or after the intent.</param>
    public Contract.ConnectNetwork Connect(Container container, ContainerConnectRequested intent)
    {
        var routed = !intent.Endpoint.Internal && ContainerPlaces.RoutedBy(container.Places.Where(p => p.ConnectedBy != intent.CommandId)) is null;
        return new(intent.CommandId, container.Id, Place(intent.Endpoint, DnsNames.Of(container, intent.Network), routed));
    }

    public static Contract.DisconnectNetwork Disconnect(ContainerDisconnectRequested intent) =>
        new(intent.CommandId, intent.ContainerId, intent.NetworkId, intent.RouteBy);

    public static Contract.RemoveNetwork RemoveNetwork(NetworkRemoveRequested intent, Network network) =>
        new(intent.CommandId, intent.NetworkId, network.Bridge ?? "");

    private Contract.NetworkPlace[] Places(Container container, ContainerStartRequested intent)
    {
        NetworkEndpoint[] endpoints = intent.Endpoint is null ? [] : [intent.Endpoint, .. intent.Further ?? []];
        var routed = endpoints.FirstOrDefault(e => !e.Internal);
        return
        [
            .. endpoints.Select(e => Place(
                e, container.Networks?.FirstOrDefault(n => n.NetworkId == e.NetworkId) is { } attachment ? DnsNames.Of(container, attachment) : null, e == routed)),
        ];
    }

    private Contract.NetworkPlace Place(NetworkEndpoint e, string[]? names, bool routed) => new(
        new(e.NetworkId, e.NetworkName, e.Bridge, e.Subnet, e.Gateway, e.HostInterface, e.Interface ?? "eth0", e.MacAddress, e.Mtu ?? instance.Settings.Mtu)
        {
            Internal = e.Internal,
            Isolated = e.Isolated,
            Unmasqueraded = e.Unmasqueraded,
            Names = names,
        },
        new(e.NetworkId, e.Address, e.PrefixLength, e.Gateway) { WithoutRoute = !routed });

    private Contract.ContainerProcess Process(Container container, ContainerStartRequested intent)
    {
        var config = container.Config ?? throw new InvalidOperationException($"container {container.Id} has no configuration");
        var host = HostOf(container);
        return new Contract.ContainerProcess(
            container.Program(), [.. Told(intent, config.Env), .. config.Env], config.WorkingDir is "" ? "/" : config.WorkingDir, config.User,
            config.Tty, config.OpenStdin, config.StdinOnce, config.Hostname is "" ? container.Id[..12] : config.Hostname,
            config.Domainname, [.. host.ExtraHosts, .. (intent.Links ?? []).Select(l => $"{string.Join(' ', l.Names)}:{l.Address}")], host.Dns is [] ? instance.Settings.Dns : host.Dns, host.DnsSearch, host.DnsOptions,
            host.CapAdd, host.CapDrop, config.StopSignal, host.LogDriver, host.ConsoleWidth, host.ConsoleHeight)
        {
            GroupAdd = host.GroupAdd,
            Limits = OrderOptions.ProcessLimits(host.Ulimits),
            OomScoreAdj = host.OomScoreAdj == 0 ? null : host.OomScoreAdj,
            Init = host.Init,
            Journal = host.LogDriver is "journald" ? new(container.Name, LogTag.Render(host.LogOptions?.GetValueOrDefault("tag") ?? LogTag.Default, container)) : null,
        };
    }

    /// <summary>What links tell, but for what is said otherwise.</summary>
    private static IEnumerable<string> Told(ContainerStartRequested intent, string[] env) =>
        (intent.Links ?? []).SelectMany(l => l.Env).Where(told => !env.Any(own => own.Split('=')[0] == told.Split('=')[0]));

    private static HostOptions HostOf(Container container) =>
        container.Host ?? throw new InvalidOperationException($"container {container.Id} has no host options");
}
