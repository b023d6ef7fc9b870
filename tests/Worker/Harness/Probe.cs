using System.Buffers.Binary;

namespace Shiplog.Worker.Tests.Harness;

/// <summary>
/// A program of 94 bytes that makes every x86-64 system call there is, with -1 for every argument, but those
/// that would end or stop it, and writes what each returned to its standard output.
/// </summary>
internal static class Probe
{
    public const int Calls = 470;

    // Assembled from: for (n = 0; n < 470; n++) result[n] = skip[n] ? 0 : syscall(n, -1, -1, -1, -1, -1, -1); write; exit
    private const string Code =
        "RTHkMcBBgLwkABBAAAB1G0SJ4EjHx/////9Iif5IifpJifpJifhJifkPBUKJBKUAIEAAQf/EQYH81gEAAHLEuAEAAAC/AQAAAL4AIEAAulgHAAAPBbg8AAAAMf8PBQ==";

    // rt_sigreturn, pause, fork, vfork, exit, exit_group; uretprobe and uprobe, which no filter sees and which kill whoever
    // calls them from anywhere but the kernel's own code.
    private static readonly int[] Skipped = [15, 34, 57, 58, 60, 231, 335, 336];

    /// <summary>The static ELF program: one segment at 0x400000 with code, the skip table and room for the results.</summary>
    public static byte[] Build()
    {
        var image = new byte[0x1000 + Calls];
        byte[] ident = [0x7f, (byte)'E', (byte)'L', (byte)'F', 2, 1, 1];
        ident.CopyTo(image, 0);
        U16(image, 16, 2); // ET_EXEC
        U16(image, 18, 62); // EM_X86_64
        U32(image, 20, 1);
        U64(image, 24, 0x400078); // entry: behind both headers
        U64(image, 32, 64); // program header's place
        U16(image, 52, 64);
        U16(image, 54, 56);
        U16(image, 56, 1);
        U32(image, 64, 1); // PT_LOAD
        U32(image, 68, 7); // read, write, execute
        U64(image, 80, 0x400000);
        U64(image, 88, 0x400000);
        U64(image, 96, (ulong)image.Length);
        U64(image, 104, 0x3000);
        U64(image, 112, 0x1000);
        Convert.FromBase64String(Code).CopyTo(image, 0x78);
        foreach (var number in Skipped)
            image[0x1000 + number] = 1;
        return image;
    }

    /// <summary>The error number of each call; 0 where it succeeded.</summary>
    public static int[] Read(byte[] output) =>
        [.. Enumerable.Range(0, Calls).Select(n => Math.Max(0, -BinaryPrimitives.ReadInt32LittleEndian(output.AsSpan(n * 4))))];

    private static void U16(byte[] image, int at, ushort value) => BinaryPrimitives.WriteUInt16LittleEndian(image.AsSpan(at), value);

    private static void U32(byte[] image, int at, uint value) => BinaryPrimitives.WriteUInt32LittleEndian(image.AsSpan(at), value);

    private static void U64(byte[] image, int at, ulong value) => BinaryPrimitives.WriteUInt64LittleEndian(image.AsSpan(at), value);
}
