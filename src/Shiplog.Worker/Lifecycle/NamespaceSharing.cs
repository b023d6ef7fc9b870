using Shiplog.Contracts.Orders;
using Shiplog.Worker.Orders;
using Shiplog.Worker.Runtime;

namespace Shiplog.Worker.Lifecycle;

/// <summary>Whose namespaces and /dev/shm a container is to be in, by the containers that run now.</summary>
internal sealed class NamespaceSharing(Containers containers)
{
    /// <exception cref="OrderException">Whoever is to share does not run, or does not share.</exception>
    public SharedNamespaces Resolve(ContainerPaths own, StartContainer order)
    {
        var shared = Resolve(own, order.Namespaces);
        return NetworkOwner(order) is not { } host ? shared : shared with { Network = $"/proc/{host.Record.Pid}/ns/net", Etc = EtcOf(host.Paths, host.Record) };
    }

    /// <summary>The container whose network this one is to be in; <see langword="null"/> where it is not to be in another's.</summary>
    /// <exception cref="OrderException">It does not run.</exception>
    public Run? NetworkOwner(StartContainer order) => order.NetworkOf is not { } id ? null
        : containers.Find(id) ?? throw Refuse($"cannot join network of a non running container: {id}");

    /// <summary>The files in /etc come with the network, also by way of a guest: they are those of the first one in it, which need not run any more.</summary>
    private string EtcOf(ContainerPaths paths, ContainerRecord? record)
    {
        if (record?.Order.NetworkOf is not { } host)
            return paths.Folder;
        var owner = containers.Paths(host);
        return EtcOf(owner, ContainerRecord.Load(owner.State));
    }

    private SharedNamespaces Resolve(ContainerPaths own, ContainerNamespaces? chosen)
    {
        if (chosen is null)
            return SharedNamespaces.None;
        var pid = chosen is { Pid: NamespaceChoice.Shared, PidOf: { } pidOf } ? $"/proc/{Running(pidOf, "PID").Record.Pid}/ns/pid" : null;
        var donor = chosen is { Ipc: NamespaceChoice.Shared, IpcOf: { } ipcOf } ? Running(ipcOf, "IPC") : null;
        return new SharedNamespaces(
            pid,
            donor is null ? null : $"/proc/{donor.Record.Pid}/ns/ipc",
            donor is not null ? ShmOf(donor) : chosen.IpcShareable ? own.Shm : chosen.Ipc == NamespaceChoice.Host ? "/dev/shm" : null);
    }

    private Run Running(string id, string kind) => containers.Find(id) ?? throw Refuse($"failed to join {kind} namespace: container {id} is not running");

    private string ShmOf(Run donor) => donor.Record.Order.Namespaces switch
    {
        { IpcShareable: true } => donor.Paths.Shm,
        { Ipc: NamespaceChoice.Host } => "/dev/shm",
        { Ipc: NamespaceChoice.Shared, IpcOf: { } further } => ShmOf(Running(further, "IPC")),
        _ => throw Refuse(
            $"failed to join IPC namespace: container {donor.Paths.Id}: non-shareable IPC (hint: use IpcMode:shareable for the donor container)"),
    };

    private static OrderException Refuse(string reason) => new(new OrderFailure("StartContainer", FailureKind.Conflict, reason, 128));
}
