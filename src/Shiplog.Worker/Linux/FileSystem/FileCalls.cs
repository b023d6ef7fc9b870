using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace Shiplog.Worker.Linux.FileSystem;

/// <summary>
/// System calls on files relative to an open directory. Names are bytes, as the kernel has them: an image may hold names that
/// are not UTF-8. Nothing here follows a symbolic link in the last component.
/// </summary>
internal static partial class FileCalls
{
    public const int ENOENT = 2, EAGAIN = 11, EBUSY = 16, EEXIST = 17, EXDEV = 18, ENOTDIR = 20, EINVAL = 22, ENOSPC = 28, EROFS = 30, ERANGE = 34, ELOOP = 40, ENODATA = 61, ENOTSUP = 95;

    /// <summary>The longest path that the kernel takes, its final zero included (limits.h, PATH_MAX).</summary>
    public const int PathMax = 4096;

    private static int Errno => Marshal.GetLastPInvokeError();

    /// <summary>A zero after the name; a zero within it would make the kernel see another name than was checked.</summary>
    private static ReadOnlySpan<byte> Terminate(ReadOnlySpan<byte> name, Span<byte> buffer)
    {
        if (name.Contains((byte)0))
            throw new ArgumentException("a file name cannot hold a zero byte");
        name.CopyTo(buffer);
        buffer[name.Length] = 0;
        return buffer[..(name.Length + 1)];
    }

    private static int Room(ReadOnlySpan<byte> name) =>
        name.Length < PathMax ? name.Length + 1 : throw new ArgumentException($"path of {name.Length} bytes is too long");

    [DoesNotReturn]
    private static void Throw(string call, ReadOnlySpan<byte> name, [CallerMemberName] string? caller = null) =>
        throw new LinuxException(Errno, call, name.IsEmpty ? caller! : Encoding.UTF8.GetString(name));
}
