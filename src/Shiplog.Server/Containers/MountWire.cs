using Shiplog.Contracts;
using Shiplog.Domain.Containers;
using Shiplog.Domain.Mounts;
using Shiplog.Domain.Volumes;
using Shiplog.Server.DockerApi;
using Shiplog.Server.DockerApi.Dto;
using Shiplog.Server.Volumes;

namespace Shiplog.Server.Containers;

/// <summary>A container's mounts in Docker's words, read and shown.</summary>
internal static class MountWire
{
    /// <returns><see langword="null"/> where nothing is asked for.</returns>
    /// <exception cref="DockerException">It says something that is not honoured.</exception>
    public static RequestedMounts? Read(HostConfigBody h)
    {
        var asked = new RequestedMounts(
            h.Binds ?? [], [.. (h.Mounts ?? []).Select(m => Read(m ?? new MountBody()))], h.Tmpfs ?? [], h.VolumesFrom ?? [], h.VolumeDriver ?? "");
        return asked is { Binds: [], Mounts: [], Tmpfs.Count: 0, VolumesFrom: [], VolumeDriver: "" } ? null : asked;
    }

    /// <summary>As it was asked for, in a container's inspection.</summary>
    public static MountBody Of(MountRequest m) => new()
    {
        Type = m.Type,
        Source = m.Source is "" ? null : m.Source,
        Target = m.Target,
        ReadOnly = m.ReadOnly,
        Consistency = m.Consistency is "" ? null : m.Consistency,
        BindOptions = m.Bind is { } b ? new BindOptionsBody
        {
            Propagation = b.Propagation is "" ? null : b.Propagation,
            NonRecursive = b.NonRecursive,
            CreateMountpoint = b.CreateMountpoint,
            ReadOnlyNonRecursive = b.ReadOnlyNonRecursive,
            ReadOnlyForceRecursive = b.ReadOnlyForceRecursive,
        } : null,
        VolumeOptions = m.Volume is { } v ? new VolumeOptionsBody
        {
            NoCopy = v.NoCopy,
            Labels = v.Labels is { Count: > 0 } ? v.Labels : null,
            DriverConfig = v is { Driver: "", DriverOptions.Count: 0 } ? null : new DriverConfigBody(v.Driver, v.DriverOptions),
            Subpath = v.Subpath is "" ? null : v.Subpath,
        } : null,
        TmpfsOptions = m.Tmpfs is { } t
            ? new TmpfsOptionsBody { SizeBytes = t.SizeBytes, Mode = t.Mode, Options = t.Options is [] ? null : t.Options }
            : null,
    };

    /// <summary>The mounts that a container has, by their destinations.</summary>
    public static MountDto[] Of(Container c, Instance instance) =>
    [
        .. c.Mounts.Select(m => new MountDto
        {
            Type = m.Type,
            Name = m.IsVolume ? m.Name : null,
            Source = m.IsVolume ? VolumeWire.Mountpoint(instance, m.Name) : m.Source,
            Destination = m.Destination,
            Driver = m.IsVolume ? m.Driver : null,
            Mode = m.Mode,
            RW = !m.ReadOnly,
            Propagation = m.Propagation,
        }),
    ];

    private static MountRequest Read(MountBody m)
    {
        if (m.Type is "image" or "cluster")
            throw DockerException.NotBuilt($"HostConfig.Mounts: a mount of type {m.Type}");
        Unhonoured.Refuse("HostConfig.Mounts.", m.Others);
        Unhonoured.Refuse("HostConfig.Mounts.BindOptions.", m.BindOptions?.Others);
        Unhonoured.Refuse("HostConfig.Mounts.VolumeOptions.", m.VolumeOptions?.Others);
        Unhonoured.Refuse("HostConfig.Mounts.TmpfsOptions.", m.TmpfsOptions?.Others);
        return new MountRequest(
            m.Type ?? "", m.Source ?? "", m.Target ?? "", m.ReadOnly, m.Consistency ?? "",
            m.BindOptions is { } b
                ? new BindRequest(b.Propagation ?? "", b.NonRecursive, b.CreateMountpoint, b.ReadOnlyNonRecursive, b.ReadOnlyForceRecursive)
                : null,
            m.VolumeOptions is { } v
                ? new VolumeRequest(v.NoCopy, v.Labels ?? [], v.DriverConfig?.Name ?? "", LocalDriver.WithoutSecrets(v.DriverConfig?.Options ?? []), v.Subpath ?? "")
                : null,
            m.TmpfsOptions is { } t ? new TmpfsRequest(t.SizeBytes, t.Mode, t.Options ?? []) : null);
    }
}
