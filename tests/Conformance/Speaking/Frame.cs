using System.Buffers.Binary;
using System.Text;

namespace Shiplog.Conformance.Tests.Speaking;

/// <summary>A piece of a container's output in Docker's stream format (Engine API, "Stream format").</summary>
/// <param name="Stream">1 for standard output, 2 for standard error.</param>
internal sealed record Frame(int Stream, string Text)
{
    /// <summary>The next one; <see langword="null"/> at the end.</summary>
    public static async Task<Frame?> ReadAsync(Stream stream, CancellationToken cancellation)
    {
        var header = new byte[8];
        if (await stream.ReadAtLeastAsync(header, 8, throwOnEndOfStream: false, cancellation) < 8)
            return null;
        var body = new byte[BinaryPrimitives.ReadInt32BigEndian(header.AsSpan(4))];
        await stream.ReadExactlyAsync(body, cancellation);
        return new Frame(header[0], Encoding.UTF8.GetString(body));
    }

    /// <summary>All of them.</summary>
    public static Frame[] Read(ReadOnlySpan<byte> data)
    {
        var frames = new List<Frame>();
        while (!data.IsEmpty)
        {
            data[1..4].ToArray().ShouldBe(new byte[3]);
            var length = BinaryPrimitives.ReadInt32BigEndian(data[4..]);
            frames.Add(new Frame(data[0], Encoding.UTF8.GetString(data.Slice(8, length))));
            data = data[(8 + length)..];
        }
        return [.. frames];
    }

    /// <summary>What came on one of the two streams.</summary>
    public static string Of(IEnumerable<Frame> frames, int stream) => string.Concat(frames.Where(f => f.Stream == stream).Select(f => f.Text));
}
