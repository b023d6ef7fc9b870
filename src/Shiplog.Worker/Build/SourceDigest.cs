using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Win32.SafeHandles;
using Shiplog.Contracts.Orders;
using Shiplog.Worker.Layers;
using Shiplog.Worker.Linux;
using Shiplog.Worker.Linux.FileSystem;

namespace Shiplog.Worker.Build;

/// <summary>
/// The digest of what an instruction copies: of paths below the destination, kinds, modes, owners, attributes, link targets and contents;
/// not of times, nor of the order in which files came.
/// </summary>
/// <param name="known">Digests of contents that were taken before, of files that do not change; more are added.</param>
internal sealed class SourceDigest(IDictionary<(ulong Device, ulong Inode), byte[]> known, CancellationToken cancellation) : IDisposable
{
    private readonly IncrementalHash _all = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private readonly IncrementalHash _content = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private readonly byte[] _buffer = GC.AllocateUninitializedArray<byte>(128 * 1024);
    private readonly byte[] _number = new byte[sizeof(long)];
    private bool _isFixed;

    public string Of(FoundSources found)
    {
        foreach (var source in found.Sources)
        {
            _isFixed = source.Tree.IsFixed;
            var below = LayerPath.Join([.. source.Below]);
            if (source.IsFolder)
            {
                using var folder = source.Open();
                AddFolder(folder, below, source.Place.Status, found.Excludes);
            }
            else
            {
                using var parent = source.OpenParent();
                if (found.Excludes.Takes(parent, source.Name, below, source.Place.Status.Kind))
                    Add(parent, source.Name, below, source.Place.Status, found.Excludes);
            }
        }
        foreach (var file in found.Files)
        {
            Begin('w', Encoding.UTF8.GetBytes(file.Name), 0);
            Append(Encoding.UTF8.GetBytes(file.Content));
        }
        return Digest.Of(_all);
    }

    public void Dispose()
    {
        _all.Dispose();
        _content.Dispose();
    }

    private void AddFolder(UnionDirectory folder, byte[] path, FileStatus status, ExcludePatterns excludes)
    {
        Describe('d', path, status);
        Attributes(folder.Top is { } top ? FileCalls.Xattrs(top, default) : []);
        foreach (var name in folder.AllNames())
        {
            cancellation.ThrowIfCancellationRequested();
            var here = LayerPath.Append(path, name);
            if (folder.Look(name, out _) is { } inside && excludes.Takes(folder, name, here, inside.Kind))
                Add(folder, name, here, inside, excludes);
        }
        Begin('e', path, 0); // Where a folder ends is part of the tree.
    }

    private void Add(UnionDirectory folder, byte[] name, byte[] path, FileStatus status, ExcludePatterns excludes)
    {
        if (status.Kind == FileKind.Directory)
        {
            using var inside = folder.Enter(name);
            AddFolder(inside, path, status, excludes);
            return;
        }
        folder.Look(name, out var holder);
        switch (status.Kind)
        {
            case FileKind.Regular:
                Describe('f', path, status);
                Append(ContentOf(holder!, name, status));
                break;
            case FileKind.Symlink:
                Begin('l', path, 0);
                Number(status.Uid);
                Number(status.Gid);
                Append(FileCalls.ReadLink(holder!, name));
                break;
            case FileKind.Socket: // Is not copied.
                return;
            default:
                Describe(status.Kind == FileKind.Pipe ? 'p' : status.Kind == FileKind.BlockDevice ? 'b' : 'c', path, status);
                Number(status.Major);
                Number(status.Minor);
                break;
        }
        Attributes(FileCalls.Xattrs(holder!, name));
    }

    private byte[] ContentOf(SafeFileHandle folder, byte[] name, FileStatus status)
    {
        var key = (status.Device, status.Inode);
        if (_isFixed && known.TryGetValue(key, out var digest))
            return digest;
        using var file = FileCalls.TryOpenAt(folder, name, FileCalls.O_RDONLY) ?? throw new LinuxException(FileCalls.ENOENT, "open", Encoding.UTF8.GetString(name));
        for (var at = 0L; RandomAccess.Read(file, _buffer, at) is > 0 and var read; at += read)
        {
            cancellation.ThrowIfCancellationRequested();
            _content.AppendData(_buffer, 0, read);
        }
        digest = _content.GetHashAndReset();
        if (_isFixed)
            known[key] = digest;
        return digest;
    }

    private void Describe(char kind, byte[] path, FileStatus status)
    {
        Begin(kind, path, status.Mode);
        Number(status.Uid);
        Number(status.Gid);
    }

    private void Begin(char kind, byte[] path, uint mode)
    {
        Number(kind);
        Append(path);
        Number(mode);
    }

    private void Attributes(ExtendedAttribute[] attributes)
    {
        foreach (var (name, value) in attributes.Where(a => LayerPath.IsImageAttribute(a.Name)))
        {
            Number('x');
            Append(name);
            Append(value);
        }
    }

    // With its length, so that no two trees are written the same way.
    private void Append(byte[] bytes)
    {
        Number(bytes.Length);
        _all.AppendData(bytes);
    }

    private void Number(long number)
    {
        BinaryPrimitives.WriteInt64LittleEndian(_number, number);
        _all.AppendData(_number);
    }
}
