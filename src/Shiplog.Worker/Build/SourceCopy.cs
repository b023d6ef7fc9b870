using System.Text;
using Microsoft.Win32.SafeHandles;
using Shiplog.Worker.Layers;
using Shiplog.Worker.Linux;
using Shiplog.Worker.Linux.FileSystem;

namespace Shiplog.Worker.Build;

/// <summary>Something cannot be copied to where it should be.</summary>
internal sealed class CopyException(string message) : Exception(message);

/// <summary>Copies a build's sources: files replace files, folders are filled, and neither takes the other's place.</summary>
/// <param name="owner">Whom everything is to belong to; <see langword="null"/> for whose it is.</param>
/// <param name="mode">The permissions of everything; <see langword="null"/> for its own.</param>
/// <param name="isCompared">What was changed is found by comparing sizes and times.</param>
internal sealed class SourceCopy((uint Uid, uint Gid)? owner, uint? mode, ExcludePatterns excludes, bool isCompared, CancellationToken cancellation) : TreeCopy
{
    // What paths are relative to.
    private byte[] _base = [];
    private FileStatus? _displaced;

    /// <summary>Copies what is in a folder of a source.</summary>
    /// <param name="below">What excludes are relative to, in the destination.</param>
    /// <param name="destination">In the root, for errors.</param>
    public void Fill(UnionDirectory from, SafeFileHandle to, byte[] below, byte[] destination)
    {
        _base = destination;
        Fill(from, to, below);
    }

    /// <summary>Copies a source that is no folder.</summary>
    /// <param name="path">In the root, for errors.</param>
    public void Put(SafeFileHandle from, SafeFileHandle to, byte[] name, byte[] target, byte[] path, FileStatus status)
    {
        _base = [];
        Entry(from, to, name, target, path, status);
    }

    /// <summary>Writes a file, 0644 unless another mode was asked for.</summary>
    public void Write(SafeFileHandle to, byte[] name, byte[] path, byte[] content)
    {
        _base = [];
        Displace(to, name, path);
        using var file = FileCalls.TryOpenAt(to, name, FileCalls.O_WRONLY | FileCalls.O_CREAT | FileCalls.O_EXCL, 0x180 /* 0600 */)
            ?? throw new LinuxException(FileCalls.EEXIST, "create", Shown(path));
        FileCalls.Write(file, content);
        FileCalls.SetOwner(file, owner?.Uid ?? 0, owner?.Gid ?? 0);
        FileCalls.SetMode(file, mode ?? 0x1a4); // 0644
    }

    public new void DressFolder(SafeFileHandle from, SafeFileHandle to) => base.DressFolder(from, to);

    protected override bool Takes(UnionDirectory from, byte[] name, byte[] path, FileKind kind)
    {
        cancellation.ThrowIfCancellationRequested();
        return excludes.Takes(from, name, path, kind);
    }

    // In BuildKit's words, here and below.
    protected override void Displace(SafeFileHandle to, byte[] name, byte[] path)
    {
        _displaced = FileCalls.TryStatus(to, name);
        if (_displaced is not { } there)
            return;
        if (there.Kind == FileKind.Directory)
            throw new CopyException($"cannot replace to directory {Shown(path)} with file");
        FileCalls.Remove(to, name, isDirectory: false);
    }

    protected override void DisplaceByFolder(SafeFileHandle to, byte[] name, byte[] path) => throw new CopyException($"cannot copy to non-directory: {Shown(path)}");

    protected override (uint Uid, uint Gid) OwnerOf(FileStatus status) => owner ?? base.OwnerOf(status);

    protected override uint ModeOf(FileStatus status) => mode ?? base.ModeOf(status);

    // Another content of the same size and time would pass for what was there before: who wants to build the same twice dates all files alike.
    protected override FileTime TimeOf(FileStatus status)
    {
        var (size, time) = (status.Size, status.Modified);
        return isCompared && _displaced is { } there && (there.Size, there.Modified) == (size, time)
            ? time with { Nanoseconds = (time.Nanoseconds + 1) % 1_000_000_000 }
            : time;
    }

    private string Shown(byte[] path) => Encoding.UTF8.GetString(_base.Length == 0 ? path : LayerPath.Append(_base, path));
}
