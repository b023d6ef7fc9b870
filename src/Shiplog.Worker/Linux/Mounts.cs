using System.Text;
using Microsoft.Win32.SafeHandles;

namespace Shiplog.Worker.Linux;

/// <summary>Mounts of the worker's own mount namespace.</summary>
internal static class Mounts
{
    // mount(2) takes one page of options.
    private const int OptionLimit = 4095;

    /// <summary>
    /// Mounts a union. Paths are taken relative to <paramref name="folder"/> where the options do not fit into a page otherwise, and
    /// given to the kernel one by one where they do not fit then.
    /// </summary>
    /// <param name="lower">Topmost first.</param>
    /// <param name="upper"><see langword="null"/> for a union that can only be read.</param>
    /// <param name="isVolatile">What is written need not reach the disk, also when it is unmounted.</param>
    /// <exception cref="LinuxException">The kernel refuses.</exception>
    public static void Overlay(
        string target, string folder, IReadOnlyList<string> lower, string? upper = null, string? work = null, bool isVolatile = false)
    {
        var absolute = OverlayOptions(lower, upper, work, isVolatile);
        if (Encoding.UTF8.GetByteCount(absolute) <= OptionLimit)
        {
            Mount("overlay", target, "overlay", 0, absolute);
            return;
        }

        string Relative(string path) => Path.GetRelativePath(folder, path);
        var relative = OverlayOptions(lower.Select(Relative), upper is null ? null : Relative(upper), work is null ? null : Relative(work), isVolatile);
        if (Encoding.UTF8.GetByteCount(relative) > OptionLimit)
        {
            OverlayLayerByLayer(target, lower, upper, work, isVolatile);
            return;
        }
        OwnThread.Run("overlay mount", () =>
        {
            // The working folder belongs to the process; without CLONE_FS this thread has its own.
            if (Interop.Unshare(Interop.CLONE_FS) != 0)
                throw LinuxException.Last("unshare", "CLONE_FS");
            if (Interop.Chdir(folder) != 0)
                throw LinuxException.Last("chdir", folder);
            Mount("overlay", target, "overlay", 0, relative);
            return true;
        });
    }

    /// <summary>Options for mount(2), as overlayfs has them.</summary>
    /// <param name="lower">Topmost first.</param>
    internal static string OverlayOptions(IEnumerable<string> lower, string? upper, string? work, bool isVolatile)
    {
        var options = "lowerdir=" + string.Join(':', lower);
        if (upper is null)
            return options;
        return options + $",upperdir={upper},workdir={work}" + (isVolatile ? ",volatile" : "");
    }

    private static void OverlayLayerByLayer(string target, IReadOnlyList<string> lower, string? upper, string? work, bool isVolatile)
    {
        using var context = Interop.Fsopen("overlay");
        if (context.IsInvalid)
            throw LinuxException.Last("fsopen", "overlay");
        void Set(uint command, string? key, string? value)
        {
            if (Interop.Fsconfig(context, command, key, value) != 0)
                throw LinuxException.Last($"overlay mount of {lower.Count} layers (more than some 130 need Linux 6.8, more than 500 no kernel takes): fsconfig", key ?? "create");
        }

        foreach (var layer in lower)
            Set(Interop.FSCONFIG_SET_STRING, "lowerdir+", layer);
        if (upper is not null)
        {
            Set(Interop.FSCONFIG_SET_STRING, "upperdir", upper);
            Set(Interop.FSCONFIG_SET_STRING, "workdir", work);
        }
        if (isVolatile)
            Set(Interop.FSCONFIG_SET_FLAG, "volatile", null);
        Set(Interop.FSCONFIG_CMD_CREATE, null, null);
        using var mount = Interop.Fsmount(context);
        if (mount.IsInvalid)
            throw LinuxException.Last("fsmount", "overlay");
        if (Interop.MoveMount(mount, target) != 0)
            throw LinuxException.Last("move_mount", target);
    }

    /// <summary>Mounts a file or folder in a second place.</summary>
    public static void Bind(string source, string target) => Mount(source, target, null, Interop.MS_BIND, null);

    /// <summary>
    /// The mount at this place once more, in no place at all: it goes with the handle, also when this process is killed, and
    /// what is mounted within it is not seen.
    /// </summary>
    public static SafeFileHandle Clone(string path)
    {
        var tree = Interop.OpenTree(path, Interop.OPEN_TREE_CLONE | Interop.OPEN_TREE_CLOEXEC);
        return tree.IsInvalid ? throw LinuxException.Last("open_tree", path) : tree;
    }

    /// <summary>Holds the mount at this place and takes it from there: from then on it goes with the handle, also when this process is killed.</summary>
    public static SafeFileHandle Lift(string path)
    {
        try
        {
            return FileSystem.FileCalls.HoldRoot(path);
        }
        finally
        {
            Unmount(path, detach: true);
        }
    }

    public static void Mount(string source, string target, string? type, nuint flags, string? data)
    {
        if (Interop.Mount(source, target, type, flags, data) != 0)
            throw LinuxException.Last("mount", target);
    }

    /// <summary>Takes a mount away; one that is not there is no error.</summary>
    public static void Unmount(string target, bool detach = false)
    {
        if (Interop.Umount2(target, Interop.UMOUNT_NOFOLLOW | (detach ? Interop.MNT_DETACH : 0)) == 0)
            return;
        var error = LinuxException.Last("umount", target);
        // EINVAL: the path is there, but nothing is mounted on it.
        if (error.Errno is not (Errno.EINVAL or Errno.ENOENT))
            throw error;
    }

    /// <summary>The mount points below a folder, innermost first, as the kernel lists them (proc_pid_mountinfo(5)).</summary>
    public static List<string> Below(string folder)
    {
        var points = new List<string>();
        var prefix = folder.TrimEnd('/') + "/";
        foreach (var entry in MountEntry.Read())
        {
            if (entry.Point.StartsWith(prefix, StringComparison.Ordinal))
                points.Add(entry.Point);
        }

        points.Reverse();
        return points;
    }

    /// <summary>What is mounted at this place, the uppermost where there are several.</summary>
    public static MountEntry? Find(string point) => MountEntry.Read().LastOrDefault(e => e.Point == point);

    public static bool IsMountPoint(string path) => Find(path) is not null;
}
