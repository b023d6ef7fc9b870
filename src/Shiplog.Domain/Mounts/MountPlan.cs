using Shiplog.Domain.Volumes;

namespace Shiplog.Domain.Mounts;

/// <summary>What a new container mounts, and the volumes that must be there for it.</summary>
/// <param name="Asked">As it was asked for.</param>
/// <param name="Points">One for each destination.</param>
/// <param name="Volumes">To be made where there are none of these names yet.</param>
public sealed record MountPlan(RequestedMounts Asked, MountPoint[] Points, VolumeWanted[] Volumes)
{
    private const string Local = LocalDriver.Name;

    /// <summary>
    /// By Docker's rules: what other containers share, over that <c>-v</c>, beside that <c>--mount</c> and <c>--tmpfs</c>; then a
    /// new volume for each path that is declared and has nothing yet.
    /// </summary>
    /// <param name="declared">Paths that the image, or the configuration (<c>-v /path</c>), declares as volumes.</param>
    /// <param name="sources">The containers of <see cref="RequestedMounts.VolumesFrom"/>, with what each shares, in their order.</param>
    /// <param name="newName">64 hexadecimal digits, for a volume that has no name.</param>
    public static MountPlan? Make(
        RequestedMounts asked, IEnumerable<string> declared, IReadOnlyList<(MountPoint[] Mounts, bool ReadOnly)> sources, Func<string> newName,
        out string error)
    {
        var plan = new Building(asked, newName);
        error = plan.Share(sources) ?? plan.AddBinds() ?? plan.AddMounts() ?? plan.AddTmpfs() ?? plan.AddDeclared(declared) ?? "";
        return error is "" ? new MountPlan(asked, [.. plan.Points.Values], [.. plan.Volumes.Values]) : null;
    }

    private sealed class Building(RequestedMounts asked, Func<string> newName)
    {
        // What is asked for here; what is shared by another container gives way to it.
        private readonly HashSet<string> _own = [];

        public SortedDictionary<string, MountPoint> Points { get; } = new(StringComparer.Ordinal);

        public Dictionary<string, VolumeWanted> Volumes { get; } = [];

        public string? Share(IReadOnlyList<(MountPoint[] Mounts, bool ReadOnly)> sources)
        {
            foreach (var (mounts, readOnly) in sources)
            {
                foreach (var mount in mounts.Where(m => m.Type is not "tmpfs"))
                    Points[mount.Destination] = mount with { ReadOnly = mount.ReadOnly || readOnly, Anonymous = false, NoCopy = true };
            }
            return null;
        }

        public string? AddBinds()
        {
            foreach (var raw in asked.Binds)
            {
                if (!BindSpec.TryParse(raw, asked.VolumeDriver, out var mount, out var mode, out var error))
                    return error;
                if (Add(mount, mode) is { } fault)
                    return fault;
            }
            return null;
        }

        public string? AddMounts()
        {
            foreach (var mount in asked.Mounts)
            {
                if ((MountRules.Fault(mount) ?? Add(mount, "")) is { } fault)
                    return fault;
            }
            return null;
        }

        public string? AddTmpfs()
        {
            foreach (var (target, options) in asked.Tmpfs)
            {
                if (MountRules.TargetFault(target) is { } fault)
                    return fault;
                if (TmpfsOptions.Parse(options, out var error) is null)
                    return error;
                var destination = ContainerPath.Clean(target);
                if (!_own.Add(destination))
                    return $"Duplicate mount point: {destination}";
                Points.Remove(destination);
            }
            return null;
        }

        public string? AddDeclared(IEnumerable<string> declared)
        {
            foreach (var path in declared)
            {
                var destination = ContainerPath.Clean("/" + path);
                if (MountRules.TargetFault(destination) is { } fault)
                    return fault;
                if (_own.Contains(destination) || Points.ContainsKey(destination))
                    continue;
                var (name, anonymous) = NewVolume("", asked.VolumeDriver, null);
                Points[destination] = Volume(name, destination, "", false, anonymous, null);
            }
            return null;
        }

        private string? Add(MountRequest mount, string mode)
        {
            var destination = ContainerPath.Clean(mount.Target);
            if (!_own.Add(destination))
                return $"Duplicate mount point: {destination}";
            switch (mount.Type)
            {
                case "bind":
                    var bind = mount.Bind;
                    Points[destination] = new MountPoint(
                        "bind", "", ContainerPath.Clean(mount.Source), destination, "", mode, mount.ReadOnly,
                        bind is { Propagation: not "" and var p } ? p : MountMode.DefaultPropagation, false, true, "", bind?.NonRecursive ?? false,
                        bind?.CreateMountpoint ?? false, bind?.ReadOnlyNonRecursive ?? false, bind?.ReadOnlyForceRecursive ?? false, []);
                    return null;
                case "tmpfs":
                    Points[destination] = new MountPoint(
                        "tmpfs", "", "", destination, "", "", mount.ReadOnly, "", false, true, "", false, false, false, false,
                        TmpfsOptions.Of(mount.Tmpfs, mount.ReadOnly, out _) ?? []);
                    return null;
                default:
                    if (mount.Source is not "" && VolumeName.Fault(mount.Source) is { } fault)
                        return $"create {mount.Source}: {fault}";
                    var (name, anonymous) = NewVolume(mount.Source, mount.Volume?.Driver ?? "", mount.Volume);
                    Points[destination] = Volume(name, destination, mode is "" ? "z" : mode, mount.ReadOnly, anonymous, mount.Volume);
                    return null;
            }
        }

        private (string Name, bool Anonymous) NewVolume(string wanted, string driver, VolumeRequest? request)
        {
            var anonymous = wanted is "";
            var name = anonymous ? newName() : wanted;
            Dictionary<string, string> labels = new(request?.Labels ?? []);
            if (anonymous)
                labels[VolumeWanted.AnonymousLabel] = "";
            Volumes.TryAdd(name, new VolumeWanted(name, driver is "" ? Local : driver, request?.DriverOptions ?? [], labels, anonymous));
            return (name, anonymous);
        }

        private static MountPoint Volume(string name, string destination, string mode, bool readOnly, bool anonymous, VolumeRequest? request) => new(
            "volume", name, "", destination, Local, mode, readOnly, "", anonymous, request?.NoCopy ?? false,
            request is { Subpath: not "" and var subpath } ? ContainerPath.Clean(subpath) : "", false, false, false, false, []);
    }
}
