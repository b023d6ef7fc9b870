using System.Text;
using Microsoft.Win32.SafeHandles;
using Shiplog.Contracts;
using Shiplog.Contracts.Orders;
using Shiplog.Worker.Layers;
using Shiplog.Worker.Linux;
using Shiplog.Worker.Linux.FileSystem;
using Shiplog.Worker.Orders;

namespace Shiplog.Worker.Volumes;

/// <summary>The volumes of this host: their folders, what is mounted on them, and which containers have them now.</summary>
internal sealed class VolumeStore(Instance instance, SubjectGates gates)
{
    private const UnixFileMode DataMode =
        UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.GroupRead | UnixFileMode.GroupExecute
        | UnixFileMode.OtherRead | UnixFileMode.OtherExecute;

    private readonly Dictionary<string, HashSet<string>> _users = [];

    /// <summary>What orders about a volume take turns on.</summary>
    public static string Subject(string name) => "volume/" + name;

    public VolumePaths Paths(string name) => new(instance, name);

    /// <summary>Makes the volume's folder; one that is there is left as it is. Needs the volume's turn.</summary>
    public VolumeRecord Make(string name, string driver, IReadOnlyDictionary<string, string> options)
    {
        var paths = Paths(name);
        if (VolumeRecord.Load(paths.Record) is { } known)
            return known;
        if (driver is not "local")
            throw new OrderException(new OrderFailure("MountVolumes", FailureKind.Invalid, $"volume {name} needs driver {driver}, and this host has local only", 128));
        Directory.CreateDirectory(paths.Folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        // The record makes it a volume, so it comes last.
        Directory.CreateDirectory(paths.Data);
        File.SetUnixFileMode(paths.Data, DataMode);
        var record = new VolumeRecord(name, driver, new Dictionary<string, string>(options));
        record.Save(paths.Record);
        Files.SyncFolder(paths.Folder);
        return record;
    }

    /// <summary>Opens what a container is to be given of a volume, and notes that the container has it.</summary>
    /// <param name="image">The container's root: what an empty volume is filled from.</param>
    /// <exception cref="OrderException">It cannot be mounted, or the subpath leads nowhere.</exception>
    public async Task<(SafeFileHandle Content, bool CopiedUp)> OpenAsync(
        string containerId, VolumeSource source, string destination, string image, CancellationToken cancellation)
    {
        using var turn = await gates.EnterAsync(Subject(source.Name), cancellation);
        var record = Make(source.Name, source.Driver, source.Options);
        var paths = Paths(source.Name);
        // Noted first: an undo gives back what was taken only half.
        Users(source.Name).Add(containerId);
        if (record.IsMounted && !Mounts.IsMountPoint(paths.Data))
            LocalMount.Plan(record.Options).Apply(paths.Data);
        var copied = source.Copy && Fill(paths, destination, image);
        if (source.Subpath is "")
            return (Files.OpenPath(paths.Data), copied);
        using var root = Files.OpenPath(paths.Data);
        var part = Interop.Openat2(root, source.Subpath, new Interop.OpenHow
        {
            Flags = Interop.O_PATH | Interop.O_CLOEXEC,
            // What a container has put into the volume cannot lead out of it.
            Resolve = Interop.RESOLVE_IN_ROOT | Interop.RESOLVE_NO_MAGICLINKS,
        });
        if (part.IsInvalid)
        {
            var error = LinuxException.Last("openat2", source.Subpath);
            throw new OrderException(new OrderFailure(
                "MountVolumes", FailureKind.Invalid, $"cannot access path {source.Subpath} of volume {source.Name}: {error.Reason}", 128), inner: error);
        }
        return (part, copied);
    }

    /// <summary>The container has the volume no more. The last one takes what is mounted on it away.</summary>
    public async Task CloseAsync(string containerId, string name)
    {
        using var turn = await gates.EnterAsync(Subject(name), CancellationToken.None);
        var users = Users(name);
        users.Remove(containerId);
        if (users.Count == 0 && VolumeRecord.Load(Paths(name).Record) is { IsMounted: true })
            Mounts.Unmount(Paths(name).Data, detach: true);
    }

    /// <summary>A container that an earlier life of the worker gave the volume.</summary>
    public void TakeUp(string containerId, string name) => Users(name).Add(containerId);

    /// <summary>Deletes the volume. Needs its turn.</summary>
    /// <returns>What it took of the disk.</returns>
    /// <exception cref="OrderException">A container has it, or somebody has mounted something in it.</exception>
    public long Remove(string name)
    {
        var paths = Paths(name);
        if (Users(name) is { Count: > 0 } users)
            throw new OrderException(new OrderFailure("RemoveVolume", FailureKind.Conflict, $"volume is in use - [{string.Join(", ", users)}]"));
        if (!Directory.Exists(paths.Folder))
            return 0;
        var isMounted = VolumeRecord.Load(paths.Record) is { IsMounted: true };
        if (isMounted)
            Mounts.Unmount(paths.Data, detach: true);
        // Never delete through a mount: what is behind it is not ours.
        if (Mounts.Below(paths.Folder) is [var foreign, ..])
            throw new OrderException(new OrderFailure("RemoveVolume", FailureKind.Conflict, $"something is mounted on {foreign}; unmount it first"));
        var size = isMounted ? 0 : SizeOf(paths);
        // Without its record it is no volume any more, only what is left of one.
        File.Delete(paths.Record);
        if (isMounted && Directory.Exists(paths.Data))
            Directory.Delete(paths.Data, recursive: false);
        FileCalls.RemoveTree(paths.Folder);
        return size;
    }

    /// <summary>What each volume takes of the disk; what is mounted from elsewhere is not measured.</summary>
    public IEnumerable<VolumeSize> Sizes()
    {
        if (!Directory.Exists(VolumePaths.Root(instance)))
            yield break;
        foreach (var folder in Directory.EnumerateDirectories(VolumePaths.Root(instance)))
        {
            var paths = Paths(Path.GetFileName(folder));
            if (VolumeRecord.Load(paths.Record) is { } record)
                yield return new VolumeSize(record.Name, record.IsMounted ? -1 : SizeOf(paths));
        }
    }

    /// <summary>Places where options have had something mounted and no container needs it.</summary>
    public IEnumerable<string> UnusedMounts() =>
        Mounts.Below(VolumePaths.Root(instance)).Where(point =>
            Path.GetFileName(point) == "_data" && Path.GetDirectoryName(Path.GetDirectoryName(point)) == VolumePaths.Root(instance)
            && Users(Path.GetFileName(Path.GetDirectoryName(point)!)).Count == 0);

    private HashSet<string> Users(string name)
    {
        lock (_users)
            return _users.TryGetValue(name, out var users) ? users : _users[name] = [];
    }

    /// <summary>An empty volume is given what the image has at the destination, its owner and mode too.</summary>
    private static bool Fill(VolumePaths paths, string destination, string image)
    {
        using var root = FileCalls.OpenRoot(image);
        if (OpenFolder(root, destination) is not { } folder)
            return false;
        using var from = new UnionDirectory([folder]);
        using var to = FileCalls.OpenRoot(paths.Data);
        if (!File.Exists(paths.Filling))
        {
            if (FileCalls.Names(to).Count > 0)
                return false;
            File.Create(paths.Filling).Dispose();
        }
        TreeCopy.Copy(from, to);
        FileCalls.SyncFileSystem(to);
        File.Delete(paths.Filling);
        return true;
    }

    private static SafeFileHandle? OpenFolder(SafeFileHandle root, string destination)
    {
        try
        {
            return FileCalls.OpenDirectoryIn(root, Encoding.UTF8.GetBytes(destination.TrimStart('/')), forReading: true);
        }
        catch (LinuxException e) when (e.Errno == FileCalls.ENOTDIR)
        {
            throw new OrderException(new OrderFailure(
                "MountVolumes", FailureKind.Invalid, $"cannot mount volume over existing file, file exists {destination}", 128), inner: e);
        }
    }

    private long SizeOf(VolumePaths paths)
    {
        using var root = FileCalls.OpenRoot(VolumePaths.Root(instance));
        return FileCalls.SizeOfTree(root, Encoding.UTF8.GetBytes($"{paths.Name}/_data"));
    }
}
