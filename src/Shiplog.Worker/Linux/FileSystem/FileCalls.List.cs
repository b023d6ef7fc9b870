using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Shiplog.Worker.Linux.FileSystem;

internal static partial class FileCalls
{
    private static nint GetDents64Number => RuntimeInformation.ProcessArchitecture switch
    {
        Architecture.X64 => 217,
        Architecture.Arm64 => 61,
        var other => throw new PlatformNotSupportedException($"getdents64 has no number here for {other}"),
    };

    /// <summary>The names in a directory but <c>.</c> and <c>..</c>, in the order of their bytes.</summary>
    public static List<byte[]> Names(SafeFileHandle directory)
    {
        var names = new List<byte[]>();
        var buffer = new byte[32768];
        nint read;
        while ((read = GetDents64Native(GetDents64Number, directory, buffer, buffer.Length)) > 0)
        {
            for (var rest = buffer.AsSpan(0, (int)read); !rest.IsEmpty;)
            {
                // struct linux_dirent64: inode 8, offset 8, record length 2, type 1, name.
                var length = BinaryPrimitives.ReadUInt16LittleEndian(rest[16..]);
                var name = rest[19..length];
                name = name[..name.IndexOf((byte)0)];
                if (!name.SequenceEqual("."u8) && !name.SequenceEqual(".."u8))
                    names.Add(name.ToArray());
                rest = rest[length..];
            }
        }
        if (read < 0)
            Throw("getdents64", default);
        names.Sort((a, b) => a.AsSpan().SequenceCompareTo(b));
        return names;
    }

    /// <summary>Deletes an entry and all below it, without following a link.</summary>
    public static void RemoveTree(SafeFileHandle directory, ReadOnlySpan<byte> name)
    {
        if (TryStatus(directory, name) is not { } status)
            return;
        if (status.Kind == FileKind.Directory)
        {
            using var inner = OpenDirectoryAt(directory, name);
            foreach (var entry in Names(inner))
                RemoveTree(inner, entry);
        }
        Remove(directory, name, status.Kind == FileKind.Directory);
    }

    /// <summary>Deletes a folder of ours and all below it; nothing happens where it is not there.</summary>
    public static void RemoveTree(string path)
    {
        if (!Directory.Exists(Path.GetDirectoryName(path)))
            return;
        using var parent = OpenRoot(Path.GetDirectoryName(path)!);
        RemoveTree(parent, System.Text.Encoding.UTF8.GetBytes(Path.GetFileName(path)));
    }

    [LibraryImport("libc", EntryPoint = "syscall", SetLastError = true)]
    private static partial nint GetDents64Native(nint number, SafeFileHandle directory, Span<byte> buffer, nint size);
}
