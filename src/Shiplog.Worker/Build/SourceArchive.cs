using System.Globalization;
using Microsoft.Win32.SafeHandles;
using Shiplog.Worker.Layers;
using Shiplog.Worker.Layers.Tar;
using Shiplog.Worker.Linux;
using Shiplog.Worker.Linux.FileSystem;

namespace Shiplog.Worker.Build;

/// <summary>Tells by its content whether a file is an archive that ADD unpacks; gzip and zstd are read here, xz and bzip2 by their programs.</summary>
internal static class SourceArchive
{
    /// <returns>The archive, decompressed, from its beginning; <see langword="null"/> where the file is none.</returns>
    /// <exception cref="TarException">It takes a program to read it that is not on this host.</exception>
    public static Stream? TryOpen(SafeFileHandle folder, byte[] name) => IsArchive(folder, name) ? Decompress(folder, name) : null;

    private static bool IsArchive(SafeFileHandle folder, byte[] name)
    {
        using var plain = Decompress(folder, name);
        try
        {
            return new TarReader(plain, TarLimits.Default).Next() is not null;
        }
        catch (Exception e) when (e is TarException or InvalidDataException or ZstdSharp.ZstdException || (plain is ChildStream && e is IOException))
        {
            return false;
        }
    }

    private static Stream Decompress(SafeFileHandle folder, byte[] name)
    {
        var content = new FileStream(
            FileCalls.TryOpenAt(folder, name, FileCalls.O_RDONLY) ?? throw new IOException("a file went away while it was copied"), FileAccess.Read, 0);
        try
        {
            Span<byte> head = stackalloc byte[6];
            var length = content.ReadAtLeast(head, head.Length, throwOnEndOfStream: false);
            content.Position = 0;
            return head[..length] switch
            {
                [0xfd, (byte)'7', (byte)'z', (byte)'X', (byte)'Z', 0] => ByProgram(content, "xz", "xz-utils"),
                [(byte)'B', (byte)'Z', (byte)'h', ..] => ByProgram(content, "bzip2", "bzip2"),
                _ => Decompression.Open(content),
            };
        }
        catch
        {
            content.Dispose();
            throw;
        }
    }

    private static ChildStream ByProgram(FileStream content, string program, string package)
    {
        var path = Programs.TryFind(program) ?? throw new TarException(
            $"the archive is compressed with {program}, and this host has no program for that: install the package {package}, or unpack the archive before");
        var file = string.Create(CultureInfo.InvariantCulture, $"/proc/{Environment.ProcessId}/fd/{content.SafeFileHandle.DangerousGetHandle()}");
        return new ChildStream(path, ["-dcqq", file], held: content);
    }
}
