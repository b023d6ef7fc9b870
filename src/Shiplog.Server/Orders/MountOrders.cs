using Shiplog.Domain.Containers;
using Shiplog.Domain.Mounts;
using Shiplog.Domain.Volumes;
using Contract = Shiplog.Contracts.Orders;

namespace Shiplog.Server.Orders;

/// <summary>A container's mounts as the worker is asked for them.</summary>
internal static class MountOrders
{
    /// <summary>Outer ones before those inside them; <see langword="null"/> where there are none.</summary>
    public static Contract.ContainerMount[]? Of(Container container, IReadOnlyDictionary<string, Volume> volumes)
    {
        Contract.ContainerMount[] mounts =
        [
            .. container.Mounts.Select(m => Of(m, volumes))
                .Concat(container.Host?.Mounts?.Tmpfs.Select(t => Tmpfs(t.Key, t.Value)) ?? [])
                .OrderBy(m => m.Destination.Count(c => c == '/')).ThenBy(m => m.Destination, StringComparer.Ordinal),
        ];
        return mounts is [] ? null : mounts;
    }

    private static Contract.ContainerMount Of(MountPoint m, IReadOnlyDictionary<string, Volume> volumes) => m.Type switch
    {
        "bind" => new Contract.ContainerMount(
            Contract.MountKind.Bind, m.Destination, m.Source, null, m.CreateSource, !m.NonRecursive, m.ReadOnly,
            m.ReadOnlyNonRecursive ? false : m.ReadOnlyForceRecursive ? true : null, m.Propagation, []),
        "tmpfs" => new Contract.ContainerMount(Contract.MountKind.Tmpfs, m.Destination, null, null, false, false, m.ReadOnly, false, "", m.Options),
        _ => new Contract.ContainerMount(
            Contract.MountKind.Volume, m.Destination, null,
            new Contract.VolumeSource(m.Name, m.Driver, volumes.GetValueOrDefault(m.Name)?.Options ?? [], !m.NoCopy, m.Subpath),
            false, true, m.ReadOnly, null, MountMode.DefaultPropagation, []),
    };

    private static Contract.ContainerMount Tmpfs(string target, string options) => new(
        Contract.MountKind.Tmpfs, ContainerPath.Clean(target), null, null, false, false, false, false, "", TmpfsOptions.Parse(options, out _) ?? []);
}
