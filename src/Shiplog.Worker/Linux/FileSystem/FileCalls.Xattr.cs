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

    /// <summary>Of what is held, whatever has its name by now.</summary>
    /// <returns><see langword="false"/> where the file system does not keep such attributes.</returns>
    public static bool TrySetXattr(SafeFileHandle held, ReadOnlySpan<byte> attribute, ReadOnlySpan<byte> value)
    {
        Span<byte> buffer = stackalloc byte[Room(attribute)];
        if (SetXattrNative(ProcPath(held), Terminate(attribute, buffer), value, value.Length, 0) == 0)
            return true;
        if (Errno != ENOTSUP)
            Throw("setxattr", attribute);
        return false;
    }

    public static ExtendedAttribute[] Xattrs(SafeFileHandle directory, ReadOnlySpan<byte> name) => Xattrs(ProcPath(directory, name), follow: false);

    /// <summary>Of what is held, whatever has its name by now.</summary>
    public static ExtendedAttribute[] Xattrs(SafeFileHandle held) => Xattrs(ProcPath(held), follow: true);

    private static ExtendedAttribute[] Xattrs(byte[] path, bool follow)
    {
        nint List(Span<byte> room) => follow ? ListXattrNative(path, room, room.Length) : LListXattrNative(path, room, room.Length);
        var size = List(default);
        if (size == 0 || (size < 0 && Errno == ENOTSUP))
            return [];
        var names = new byte[Math.Max(size, 0)];
        size = size < 0 ? size : List(names);
        if (size < 0)
            Throw("listxattr", path.AsSpan(0, path.Length - 1));
        var list = new List<ExtendedAttribute>();
        for (var rest = names.AsSpan(0, (int)size); !rest.IsEmpty;)
        {
            var end = rest.IndexOf((byte)0);
            if (TryGetXattr(path, follow, rest[..end]) is { } value)
                list.Add(new ExtendedAttribute(rest[..end].ToArray(), value));
            rest = rest[(end + 1)..];
        }
        list.Sort((a, b) => a.Name.AsSpan().SequenceCompareTo(b.Name));
        return [.. list];
    }

    /// <returns><see langword="null"/> where it is not set.</returns>
    public static byte[]? TryGetXattr(SafeFileHandle directory, ReadOnlySpan<byte> name, ReadOnlySpan<byte> attribute) =>
        TryGetXattr(ProcPath(directory, name), follow: false, attribute);

    /// <summary>Of what is held.</summary>
    /// <returns><see langword="null"/> where it is not set.</returns>
    public static byte[]? TryGetXattr(SafeFileHandle held, ReadOnlySpan<byte> attribute) => TryGetXattr(ProcPath(held), follow: true, attribute);

    private static byte[]? TryGetXattr(byte[] path, bool follow, ReadOnlySpan<byte> attribute)
    {
        Span<byte> buffer = stackalloc byte[Room(attribute)], value = stackalloc byte[1024];
        var key = Terminate(attribute, buffer);
        var size = Get(path, follow, key, value);
        if (size >= 0)
            return value[..(int)size].ToArray();
        if (Errno is ENODATA or ENOTSUP)
            return null;
        if (Errno != ERANGE)
            Throw("getxattr", path.AsSpan(0, path.Length - 1));
        var large = new byte[65536]; // The kernel keeps no larger value (xattr(7)).
        size = Get(path, follow, key, large);
        if (size < 0)
            Throw("getxattr", path.AsSpan(0, path.Length - 1));
        return large[..(int)size];
    }

    private static nint Get(byte[] path, bool follow, ReadOnlySpan<byte> key, Span<byte> value) =>
        follow ? GetXattrNative(path, key, value, value.Length) : LGetXattrNative(path, key, value, value.Length);

    // Follows the descriptor's link, which leads to the very file, and no other.
    private static byte[] ProcPath(SafeFileHandle held) => Encoding.ASCII.GetBytes($"/proc/self/fd/{held.DangerousGetHandle()}\0");

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

    [LibraryImport("libc", EntryPoint = "setxattr", SetLastError = true)]
    private static partial int SetXattrNative(ReadOnlySpan<byte> path, ReadOnlySpan<byte> attribute, ReadOnlySpan<byte> value, nint size, int flags);

    [LibraryImport("libc", EntryPoint = "lgetxattr", SetLastError = true)]
    private static partial nint LGetXattrNative(ReadOnlySpan<byte> path, ReadOnlySpan<byte> attribute, Span<byte> value, nint size);

    [LibraryImport("libc", EntryPoint = "getxattr", SetLastError = true)]
    private static partial nint GetXattrNative(ReadOnlySpan<byte> path, ReadOnlySpan<byte> attribute, Span<byte> value, nint size);

    [LibraryImport("libc", EntryPoint = "listxattr", SetLastError = true)]
    private static partial nint ListXattrNative(ReadOnlySpan<byte> path, Span<byte> names, nint size);

    [LibraryImport("libc", EntryPoint = "llistxattr", SetLastError = true)]
    private static partial nint LListXattrNative(ReadOnlySpan<byte> path, Span<byte> names, nint size);
}
