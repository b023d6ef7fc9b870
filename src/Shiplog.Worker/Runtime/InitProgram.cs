using System.Buffers.Binary;

namespace Shiplog.Worker.Runtime;

/// <summary>A small init of the host's for containers that ask for one (<c>--init</c>).</summary>
internal static class InitProgram
{
    private static readonly string[] Places =
    [
        "/usr/libexec/docker/docker-init", "/usr/bin/docker-init", "/usr/bin/tini-static", "/usr/bin/catatonit",
        "/usr/libexec/podman/catatonit", "/usr/bin/tini",
    ];

    /// <summary>The first there is that runs in any image.</summary>
    /// <exception cref="InvalidDataException">There is none.</exception>
    public static string Find() => Places.FirstOrDefault(p => File.Exists(p) && IsStatic(p)) ?? throw new InvalidDataException(
        "--init needs an init program on the host, and none is there: install the package tini (apt-get install tini)");

    /// <summary>It needs no loader and no library, which an image need not have (elf(5)).</summary>
    internal static bool IsStatic(string path)
    {
        const int PT_INTERP = 3;
        using var file = File.OpenRead(path);
        Span<byte> header = stackalloc byte[64];
        if (file.ReadAtLeast(header, header.Length, throwOnEndOfStream: false) < header.Length || !header.StartsWith("\u007fELF\u0002"u8))
            return false;
        var (offset, size, count) = (
            BinaryPrimitives.ReadInt64LittleEndian(header[32..]), BinaryPrimitives.ReadUInt16LittleEndian(header[54..]),
            BinaryPrimitives.ReadUInt16LittleEndian(header[56..]));
        Span<byte> type = stackalloc byte[4];
        for (var i = 0; i < count; i++)
        {
            file.Position = offset + i * size;
            file.ReadExactly(type);
            if (BinaryPrimitives.ReadInt32LittleEndian(type) == PT_INTERP)
                return false;
        }

        return true;
    }
}
