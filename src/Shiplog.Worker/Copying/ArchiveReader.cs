using System.Globalization;
using System.Text;
using Microsoft.Win32.SafeHandles;
using Shiplog.Contracts.Orders;
using Shiplog.Worker.Layers;
using Shiplog.Worker.Linux.FileSystem;
using static Shiplog.Worker.Linux.FileSystem.FileCalls;

namespace Shiplog.Worker.Copying;

/// <summary>One path of a container, held: what it is, and the archive of it.</summary>
internal sealed class ArchiveReader : IDisposable
{
    private readonly ContainerPath _path;
    private readonly SafeFileHandle _held;
    private readonly FileStatus _status;

    private ArchiveReader(ContainerPath path, SafeFileHandle held, FileStatus status, string linkTarget)
    {
        (_path, _held, _status) = (path, held, status);
        Stat = new PathStat(
            Encoding.UTF8.GetString(path.Name), status.Size, (uint)status.Kind | status.Mode, Time(status.Modified), linkTarget);
    }

    public PathStat Stat { get; }

    /// <summary>Resolves the path, once: from here on it is what is held.</summary>
    /// <returns><see langword="null"/> where there is nothing.</returns>
    public static ArchiveReader? Open(SafeFileHandle root, ContainerPath path)
    {
        var held = path.Follows ? OpenDirectoryIn(root, path.Bytes) : Hold(root, path);
        if (held is null)
            return null;
        try
        {
            var status = StatusOf(held);
            return new ArchiveReader(path, held, status, status.Kind == FileKind.Symlink ? TargetOf(root, path, held) : "");
        }
        catch
        {
            held.Dispose();
            throw;
        }
    }

    public void Write(Stream target, CancellationToken cancellation)
    {
        var tar = new SeenTreeWriter(target);
        tar.WriteEntry(new TreeEntry(_held, _status, _path.Name, _path.Name), cancellation);
        tar.End();
    }

    public void Dispose() => _held.Dispose();

    private static SafeFileHandle? Hold(SafeFileHandle root, ContainerPath path)
    {
        using var parent = OpenDirectoryIn(root, path.Parent);
        return parent is null ? null : TryHold(parent, path.Parts[^1]);
    }

    /// <summary>Where the link leads in the end, as far as that is there.</summary>
    private static string TargetOf(SafeFileHandle root, ContainerPath path, SafeFileHandle link)
    {
        using var walk = new RootWalk(root);
        walk.Go(path.Parent);
        walk.Follow(ReadLink(link));
        return Encoding.UTF8.GetString(walk.Path);
    }

    // RFC 3339 with nanoseconds.
    private static string Time(FileTime time)
    {
        // A file may be dated anywhen; DateTime ends with the year 9999.
        var seconds = Math.Clamp(time.Seconds, -62_135_596_800, 253_402_300_799);
        var fraction = time.Nanoseconds == 0 ? "" : "." + time.Nanoseconds.ToString("D9", CultureInfo.InvariantCulture).TrimEnd('0');
        return DateTimeOffset.FromUnixTimeSeconds(seconds).ToString("yyyy-MM-dd'T'HH:mm:ss", CultureInfo.InvariantCulture) + fraction + "Z";
    }

    /// <summary>A tree as processes see it, but for what is no file there: the kernel's own file systems are empty directories.</summary>
    private sealed class SeenTreeWriter(Stream target) : TreeWriter(target)
    {
        protected override bool Enters(TreeEntry directory) => !IsKernels(directory.Held);
    }
}
