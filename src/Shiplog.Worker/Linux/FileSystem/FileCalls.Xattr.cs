using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace Shiplog.Worker.Linux.FileSystem;

/// <summary>An extended attribute. Values are bytes: <c>security.capability</c> is a binary structure.</summary>
internal readonly record struct ExtendedAttribute(byte[] Name, byte[] Value);

internal static partial class FileCalls
{
    /// <summary>Marks a directory of an upper layer that hides what lower layers have in it.</summary>
    public static ReadOnlySpan<byte> OverlayOpaque => "trusted.overlay.opaque"u8;

    /// <returns><see langword="false"/> where the file system does not keep such attributes.</returns>
    public static bool TrySetXattr(SafeFileHandle directory, ReadOnlySpan<byte> name, ReadOnlySpan<byte> attribute, ReadOnlySpan<byte> value)
    {
        Span<byte> buffer = stackalloc byte[Room(attribute)];
        if (LSetXattrNative(ProcPath(directory, name), Terminate(attribute, buffer), value, value.Length, 0) == 0)
            return true;
        if (Errno != ENOTSUP)
            Throw("lsetxattr", name);
        return false;
    }

    public static ExtendedAttribute[] Xattrs(SafeFileHandle directory, ReadOnlySpan<byte> name)
    {
        var path = ProcPath(directory, name);
        var size = LListXattrNative(path, default, 0);
        if (size == 0 || (size < 0 && Errno == ENOTSUP))
            return [];
        var names = new byte[Math.Max(size, 0)];
        size = size < 0 ? size : LListXattrNative(path, names, names.Length);
        if (size < 0)
            Throw("llistxattr", name);
        var list = new List<ExtendedAttribute>();
        for (var rest = names.AsSpan(0, (int)size); !rest.IsEmpty;)
        {
            var end = rest.IndexOf((byte)0);
            if (TryGetXattr(directory, name, rest[..end]) is { } value)
                list.Add(new ExtendedAttribute(rest[..end].ToArray(), value));
            rest = rest[(end + 1)..];
        }
        list.Sort((a, b) => a.Name.AsSpan().SequenceCompareTo(b.Name));
        return [.. list];
    }

    /// <returns><see langword="null"/> where it is not set.</returns>
    public static byte[]? TryGetXattr(SafeFileHandle directory, ReadOnlySpan<byte> name, ReadOnlySpan<byte> attribute)
    {
        Span<byte> buffer = stackalloc byte[Room(attribute)], value = stackalloc byte[1024];
        var path = ProcPath(directory, name);
        var key = Terminate(attribute, buffer);
        var size = LGetXattrNative(path, key, value, value.Length);
        if (size >= 0)
            return value[..(int)size].ToArray();
        if (Errno is ENODATA or ENOTSUP)
            return null;
        if (Errno != ERANGE)
            Throw("lgetxattr", name);
        var large = new byte[65536]; // The kernel keeps no larger value (xattr(7)).
        size = LGetXattrNative(path, key, large, large.Length);
        if (size < 0)
            Throw("lgetxattr", name);
        return large[..(int)size];
    }

    // There is no lsetxattrat before Linux 6.13; the last component below the descriptor's own link is not followed.
    private static byte[] ProcPath(SafeFileHandle directory, ReadOnlySpan<byte> name)
    {
        var prefix = Encoding.ASCII.GetBytes($"/proc/self/fd/{directory.DangerousGetHandle()}/");
        var path = new byte[prefix.Length + Room(name.IsEmpty ? "."u8 : name)];
        prefix.CopyTo(path.AsSpan());
        Terminate(name.IsEmpty ? "."u8 : name, path.AsSpan(prefix.Length));
        return path;
    }

    [LibraryImport("libc", EntryPoint = "lsetxattr", SetLastError = true)]
    private static partial int LSetXattrNative(ReadOnlySpan<byte> path, ReadOnlySpan<byte> attribute, ReadOnlySpan<byte> value, nint size, int flags);

    [LibraryImport("libc", EntryPoint = "lgetxattr", SetLastError = true)]
    private static partial nint LGetXattrNative(ReadOnlySpan<byte> path, ReadOnlySpan<byte> attribute, Span<byte> value, nint size);

    [LibraryImport("libc", EntryPoint = "llistxattr", SetLastError = true)]
    private static partial nint LListXattrNative(ReadOnlySpan<byte> path, Span<byte> names, nint size);
}
