using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace Shiplog.Worker.Linux.FileSystem;

internal static partial class FileCalls
{
    public const int O_RDONLY = 0, O_WRONLY = 1, O_CREAT = 0x40, O_EXCL = 0x80;
    private const int O_CLOEXEC = 0x80000, O_PATH = 0x200000;

    // Numbered by the architecture (asm-generic and arm64 against x86).
    private static readonly int O_DIRECTORY = IsArm ? 0x4000 : 0x10000, O_NOFOLLOW = IsArm ? 0x8000 : 0x20000;
    private const ulong RESOLVE_NO_MAGICLINKS = 0x02, RESOLVE_BENEATH = 0x08, RESOLVE_IN_ROOT = 0x10;

    // openat2(2) gives up with EAGAIN where something was renamed while it looked above a "..": a container can keep that up.
    private const int Attempts = 64;
    private const nint OpenAt2Number = 437;
    private static bool IsArm => RuntimeInformation.ProcessArchitecture is Architecture.Arm64 or Architecture.Arm;

    /// <summary>Opens a directory by a path of our own making.</summary>
    public static SafeFileHandle OpenRoot(string path)
    {
        var handle = OpenAtNative(AtFdCwd, Terminated(path), O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0);
        return handle.IsInvalid ? throw new LinuxException(Errno, "open", path) : handle;
    }

    /// <summary>
    /// Opens a directory below a root as openat2(2) does it with RESOLVE_IN_ROOT: links and <c>..</c> on the way cannot lead
    /// out. The handle serves as the start of other calls.
    /// </summary>
    /// <returns><see langword="null"/> where it is not there.</returns>
    /// <exception cref="LinuxException">Something on the way is no directory, or a loop of links.</exception>
    public static SafeFileHandle? OpenDirectoryIn(SafeFileHandle root, ReadOnlySpan<byte> path, bool forReading = false)
    {
        var handle = Resolve(root, path, forReading ? O_RDONLY : O_PATH, RESOLVE_IN_ROOT);
        if (!handle.IsInvalid)
            return handle;
        if (Errno != ENOENT)
            Throw("openat2", path);
        handle.Dispose();
        return null;
    }

    /// <summary>Opens a directory below another one where neither a link nor <c>..</c> leads out of that on the way (RESOLVE_BENEATH).</summary>
    /// <param name="leadsOut">Something leads out; where to is for the caller to find.</param>
    /// <returns><see langword="null"/> where it leads out, or is not there.</returns>
    /// <exception cref="LinuxException">Something on the way is no directory, or a loop of links.</exception>
    public static SafeFileHandle? OpenDirectoryBeneath(SafeFileHandle directory, ReadOnlySpan<byte> path, bool forReading, out bool leadsOut)
    {
        var handle = Resolve(directory, path, forReading ? O_RDONLY : O_PATH, RESOLVE_BENEATH);
        leadsOut = handle.IsInvalid && Errno is EXDEV or EAGAIN;
        if (!handle.IsInvalid)
            return handle;
        if (!leadsOut && Errno != ENOENT)
            Throw("openat2", path);
        handle.Dispose();
        return null;
    }

    private static SafeFileHandle Resolve(SafeFileHandle start, ReadOnlySpan<byte> path, int flags, ulong resolve)
    {
        path = path.IsEmpty ? "."u8 : path;
        Span<byte> buffer = stackalloc byte[Room(path)];
        var name = Terminate(path, buffer);
        var how = new OpenHow { Flags = (ulong)(flags | O_DIRECTORY | O_CLOEXEC), Resolve = resolve | RESOLVE_NO_MAGICLINKS };
        for (var attempt = 1; ; attempt++)
        {
            var handle = OpenAt2Native(OpenAt2Number, start, name, in how, Unsafe.SizeOf<OpenHow>());
            if (!handle.IsInvalid || Errno != EAGAIN || attempt == Attempts)
                return handle;
            handle.Dispose();
        }
    }

    /// <summary>
    /// Takes hold of an entry of a directory, a link itself included, without opening it: a device or a pipe in its place does
    /// not notice. Whatever takes the name later, the handle stays with what it was.
    /// </summary>
    /// <returns><see langword="null"/> where it is not there.</returns>
    public static SafeFileHandle? TryHold(SafeFileHandle directory, ReadOnlySpan<byte> name) => TryOpenAt(directory, name, O_PATH);

    /// <summary>Takes hold of a directory by a path of our own making, links and magic links followed.</summary>
    public static SafeFileHandle HoldRoot(string path)
    {
        var handle = OpenAtNative(AtFdCwd, Terminated(path), O_PATH | O_DIRECTORY | O_CLOEXEC, 0);
        return handle.IsInvalid ? throw new LinuxException(Errno, "open", path) : handle;
    }

    /// <summary>A second hold on a directory.</summary>
    public static SafeFileHandle HoldAgain(SafeFileHandle directory) => OpenDirectoryIn(directory, default) ?? throw new LinuxException(ENOENT, "open", ".");

    /// <summary>Opens for reading what is held, and nothing else. Only for what is known to be a regular file.</summary>
    public static SafeFileHandle OpenHeld(SafeFileHandle held)
    {
        var handle = OpenAtNative(AtFdCwd, ProcPath(held), O_RDONLY | O_CLOEXEC, 0);
        if (handle.IsInvalid)
            Throw("open", default);
        return handle;
    }

    /// <summary>Opens an entry of a directory; never through a link.</summary>
    /// <returns><see langword="null"/> where it is there already (O_EXCL), or is not there.</returns>
    public static SafeFileHandle? TryOpenAt(SafeFileHandle directory, ReadOnlySpan<byte> name, int flags, uint mode = 0)
    {
        Span<byte> buffer = stackalloc byte[Room(name)];
        var handle = OpenAtNative(directory, Terminate(name, buffer), flags | O_NOFOLLOW | O_CLOEXEC, mode);
        if (!handle.IsInvalid)
            return handle;
        if (Errno is not (ENOENT or EEXIST))
            Throw("open", name);
        handle.Dispose();
        return null;
    }

    /// <summary>Opens an entry of a directory that must be a directory itself.</summary>
    public static SafeFileHandle OpenDirectoryAt(SafeFileHandle directory, ReadOnlySpan<byte> name) =>
        TryOpenDirectoryAt(directory, name) ?? throw new LinuxException(ENOENT, "open", Encoding.UTF8.GetString(name));

    /// <summary>As <see cref="OpenDirectoryAt"/>; <see langword="null"/> where it is not there.</summary>
    public static SafeFileHandle? TryOpenDirectoryAt(SafeFileHandle directory, ReadOnlySpan<byte> name) =>
        TryOpenAt(directory, name, O_RDONLY | O_DIRECTORY);

    /// <summary>Writes all of it at the file's position.</summary>
    public static void Write(SafeFileHandle file, ReadOnlySpan<byte> data)
    {
        while (!data.IsEmpty)
        {
            var written = WriteNative(file, data, data.Length);
            if (written < 0)
                Throw("write", default);
            data = data[(int)written..];
        }
    }

    /// <summary>Writes everything of this file's file system to the disk.</summary>
    public static void SyncFileSystem(SafeFileHandle file)
    {
        if (SyncFsNative(file) != 0)
            Throw("syncfs", default);
    }

    private static readonly SafeFileHandle AtFdCwd = new(-100, ownsHandle: false);

    private static byte[] Terminated(string path) => [.. Encoding.UTF8.GetBytes(path), 0];

    [StructLayout(LayoutKind.Sequential)]
    private struct OpenHow
    {
        public ulong Flags, Mode, Resolve;
    }

    [LibraryImport("libc", EntryPoint = "openat", SetLastError = true)]
    private static partial SafeFileHandle OpenAtNative(SafeFileHandle directory, ReadOnlySpan<byte> name, int flags, uint mode);

    [LibraryImport("libc", EntryPoint = "syscall", SetLastError = true)]
    private static partial SafeFileHandle OpenAt2Native(nint number, SafeFileHandle directory, ReadOnlySpan<byte> name, in OpenHow how, nint size);

    [LibraryImport("libc", EntryPoint = "write", SetLastError = true)]
    private static partial nint WriteNative(SafeFileHandle file, ReadOnlySpan<byte> data, nint size);

    [LibraryImport("libc", EntryPoint = "syncfs", SetLastError = true)]
    private static partial int SyncFsNative(SafeFileHandle file);
}
