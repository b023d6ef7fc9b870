using Shiplog.Contracts;
using Shiplog.Contracts.Orders;
using Shiplog.Domain.Containers;
using Shiplog.Domain.Images;
using HostOptions = Shiplog.Domain.Containers.HostOptions;

namespace Shiplog.Server.Orders;

/// <summary>
/// What an accepted command asks of the worker, from the stored intent and the state alone: a request and a recovery after
/// a crash send the same order.
/// </summary>
internal sealed class OrderFactory(Instance instance)
{
    /// <param name="container">The state before or after the intent.</param>
    public StartContainer Start(Container container, ContainerStartRequested intent)
    {
        var host = HostOf(container);
        return new StartContainer(
            intent.CommandId, container.Id, container.Name,
            new MountRootFs(container.ImageId, container.ImageLayers, host.ReadonlyRootfs),
            host.NetworkMode switch { "none" => NetworkMode.None, "host" => NetworkMode.Host, _ => NetworkMode.Bridge },
            intent.Endpoint is { } e ? Attach(e) : null,
            intent.Endpoint is { } a ? new AssignIp(a.NetworkId, a.Address, a.PrefixLength, a.Gateway) : null,
            Process(container), host.AutoRemove);
    }

    public static StopContainer Stop(ContainerStopRequested intent) =>
        new(intent.CommandId, intent.ContainerId, intent.Signal, intent.TimeoutSeconds);

    public static KillContainer Kill(ContainerKillRequested intent) => new(intent.CommandId, intent.ContainerId, intent.Signal);

    public static PauseContainer Pause(ContainerPauseRequested intent) => new(intent.CommandId, intent.ContainerId);

    public static UnpauseContainer Unpause(ContainerUnpauseRequested intent) => new(intent.CommandId, intent.ContainerId);

    public static RemoveContainer Remove(ContainerRemoveRequested intent) => new(intent.CommandId, intent.ContainerId);

    public static CommitContainer Commit(Container container, ContainerCommitRequested intent) =>
        new(intent.CommandId, container.Id, container.ImageId, intent.ConfigTemplate, intent.Pause);

    /// <param name="credentials">Never stored, so a recovered pull has none.</param>
    public static PullImage Pull(ImagePullRequested intent, RegistryCredentials? credentials) =>
        new(intent.CommandId, intent.Reference, intent.Platform, credentials);

    /// <param name="present">All images on the host, this one included or not.</param>
    public static RemoveImage RemoveImage(ImageRemoveRequested intent, IEnumerable<Image> present) =>
        new(intent.CommandId, intent.ImageId, [.. present.Where(i => i.Present && i.Id != intent.ImageId).Select(i => i.Id)]);

    private AttachBridge Attach(NetworkEndpoint e) =>
        new(e.NetworkId, e.NetworkName, e.Bridge, e.Subnet, e.Gateway, e.HostInterface, "eth0", e.MacAddress, instance.Settings.Mtu);

    private ContainerProcess Process(Container container)
    {
        var config = container.Config ?? throw new InvalidOperationException($"container {container.Id} has no configuration");
        var host = HostOf(container);
        return new ContainerProcess(
            [.. config.Entrypoint ?? [], .. config.Cmd], config.Env, config.WorkingDir is "" ? "/" : config.WorkingDir, config.User,
            config.Tty, config.OpenStdin, config.StdinOnce, config.Hostname is "" ? container.Id[..12] : config.Hostname,
            config.Domainname, host.ExtraHosts, host.Dns is [] ? instance.Settings.Dns : host.Dns, host.DnsSearch, host.DnsOptions,
            host.CapAdd, host.CapDrop, config.StopSignal, host.LogDriver, host.ConsoleWidth, host.ConsoleHeight);
    }

    private static HostOptions HostOf(Container container) =>
        container.Host ?? throw new InvalidOperationException($"container {container.Id} has no host options");
}
