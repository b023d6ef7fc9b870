using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Shiplog.Worker.Linux.FileSystem;

internal static partial class FileCalls
{
    private const int AT_REMOVEDIR = 0x200;

    /// <returns><see langword="false"/> where the name is taken.</returns>
    public static bool TryMakeDirectory(SafeFileHandle directory, ReadOnlySpan<byte> name, uint mode)
    {
        Span<byte> buffer = stackalloc byte[Room(name)];
        return Made(MkDirAtNative(directory, Terminate(name, buffer), mode), "mkdir", name);
    }

    /// <summary>A device, pipe or whiteout; <paramref name="mode"/> with the file type.</summary>
    /// <returns><see langword="false"/> where the name is taken.</returns>
    public static bool TryMakeNode(SafeFileHandle directory, ReadOnlySpan<byte> name, uint mode, uint major, uint minor)
    {
        Span<byte> buffer = stackalloc byte[Room(name)];
        return Made(MkNodAtNative(directory, Terminate(name, buffer), mode, Device(major, minor)), "mknod", name);
    }

    /// <returns><see langword="false"/> where the name is taken.</returns>
    public static bool TryMakeSymlink(ReadOnlySpan<byte> target, SafeFileHandle directory, ReadOnlySpan<byte> name)
    {
        Span<byte> buffer = stackalloc byte[Room(name)], targetBuffer = stackalloc byte[Room(target)];
        return Made(SymlinkAtNative(Terminate(target, targetBuffer), directory, Terminate(name, buffer)), "symlink", name);
    }

    /// <returns>0, or <see cref="EEXIST"/> where the name is taken, or <see cref="ENOENT"/> where there is nothing to link to.</returns>
    public static int TryLink(SafeFileHandle fromDirectory, ReadOnlySpan<byte> from, SafeFileHandle directory, ReadOnlySpan<byte> name)
    {
        Span<byte> buffer = stackalloc byte[Room(name)], fromBuffer = stackalloc byte[Room(from)];
        if (LinkAtNative(fromDirectory, Terminate(from, fromBuffer), directory, Terminate(name, buffer), 0) == 0)
            return 0;
        var error = Errno;
        if (error is not (EEXIST or ENOENT))
            Throw("link", name);
        return error;
    }

    public static void Remove(SafeFileHandle directory, ReadOnlySpan<byte> name, bool isDirectory)
    {
        Span<byte> buffer = stackalloc byte[Room(name)];
        if (UnlinkAtNative(directory, Terminate(name, buffer), isDirectory ? AT_REMOVEDIR : 0) != 0)
            Throw("unlink", name);
    }

    private static bool Made(int result, string call, ReadOnlySpan<byte> name)
    {
        if (result != 0 && Errno != EEXIST)
            Throw(call, name);
        return result == 0;
    }

    // makedev(3), as glibc packs it.
    private static ulong Device(uint major, uint minor) =>
        ((ulong)(major & 0xfff) << 8) | ((ulong)(major & ~0xfffu) << 32) | (minor & 0xff) | ((ulong)(minor & ~0xffu) << 12);

    [LibraryImport("libc", EntryPoint = "mkdirat", SetLastError = true)]
    private static partial int MkDirAtNative(SafeFileHandle directory, ReadOnlySpan<byte> name, uint mode);

    [LibraryImport("libc", EntryPoint = "mknodat", SetLastError = true)]
    private static partial int MkNodAtNative(SafeFileHandle directory, ReadOnlySpan<byte> name, uint mode, ulong device);

    [LibraryImport("libc", EntryPoint = "symlinkat", SetLastError = true)]
    private static partial int SymlinkAtNative(ReadOnlySpan<byte> target, SafeFileHandle directory, ReadOnlySpan<byte> name);

    [LibraryImport("libc", EntryPoint = "linkat", SetLastError = true)]
    private static partial int LinkAtNative(
        SafeFileHandle fromDirectory, ReadOnlySpan<byte> from, SafeFileHandle directory, ReadOnlySpan<byte> name, int flags);

    [LibraryImport("libc", EntryPoint = "unlinkat", SetLastError = true)]
    private static partial int UnlinkAtNative(SafeFileHandle directory, ReadOnlySpan<byte> name, int flags);
}
