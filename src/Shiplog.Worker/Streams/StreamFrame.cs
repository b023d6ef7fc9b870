using System.Buffers.Binary;

namespace Shiplog.Worker.Streams;

/// <summary>Which of a container's streams, by the number that Docker's stream format gives it.</summary>
internal enum OutputStream : byte
{
    Stdout = 1,
    Stderr = 2,
}

/// <summary>Docker's stream format: without a terminal, each piece has a header of eight bytes (Engine API, "Stream format").</summary>
internal static class StreamFrame
{
    public const int HeaderLength = 8;

    public static void WriteHeader(Span<byte> header, OutputStream stream, int length)
    {
        header[..4].Clear();
        header[0] = (byte)stream;
        BinaryPrimitives.WriteInt32BigEndian(header[4..], length);
    }
}
