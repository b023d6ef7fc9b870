using System.Buffers;
using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Shiplog.Worker.Recordings;

/// <summary>Which way bytes went.</summary>
internal enum CastStream
{
    Output,
    Errors,
    Input,
}

/// <summary>
/// The lines of an asciicast v2 file (docs.asciinema.org, "asciicast v2"). It is text: a character whose bytes come in pieces
/// is written with its last one, and bytes that are no UTF-8 as U+FFFD.
/// </summary>
internal sealed class Asciicast
{
    // Escape sequences are full of characters that HTML would have escaped; nothing here becomes HTML.
    private static readonly JsonWriterOptions Json = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private readonly Decoder[] _decoders = [.. Enum.GetValues<CastStream>().Select(_ => new UTF8Encoding().GetDecoder())];

    /// <param name="title">What was run.</param>
    /// <param name="terminal">The session has one.</param>
    public static byte[] Header(int width, int height, DateTimeOffset at, string title, bool terminal) => Line(json =>
    {
        json.WriteStartObject();
        json.WriteNumber("version", 2);
        json.WriteNumber("width", width);
        json.WriteNumber("height", height);
        json.WriteNumber("timestamp", at.ToUnixTimeSeconds());
        json.WriteString("title", title);
        json.WriteStartObject("env");
        if (terminal)
            json.WriteString("TERM", "xterm");
        json.WriteEndObject();
        json.WriteEndObject();
    });

    /// <summary>What these bytes complete; <see langword="null"/> where it is no character yet.</summary>
    public byte[]? Write(TimeSpan at, CastStream stream, ReadOnlySpan<byte> data) => Write(at, stream, data, last: false);

    /// <summary>What is left of characters that never came to their end.</summary>
    public IEnumerable<byte[]> End(TimeSpan at) =>
        Enum.GetValues<CastStream>().Select(stream => Write(at, stream, [], last: true)).OfType<byte[]>();

    public static byte[] Resize(TimeSpan at, int width, int height) => Event(at, "r", string.Create(CultureInfo.InvariantCulture, $"{width}x{height}"));

    /// <summary>A note to whoever plays it.</summary>
    public static byte[] Marker(TimeSpan at, string text) => Event(at, "m", text);

    private byte[]? Write(TimeSpan at, CastStream stream, ReadOnlySpan<byte> data, bool last)
    {
        var decoder = _decoders[(int)stream];
        var characters = ArrayPool<char>.Shared.Rent(Encoding.UTF8.GetMaxCharCount(data.Length));
        try
        {
            var length = decoder.GetChars(data, characters, last);
            return length == 0 ? null : Event(at, stream == CastStream.Input ? "i" : "o", characters.AsSpan(0, length));
        }
        finally
        {
            ArrayPool<char>.Shared.Return(characters, clearArray: true);
        }
    }

    private static byte[] Event(TimeSpan at, string code, ReadOnlySpan<char> text)
    {
        var buffer = new ArrayBufferWriter<byte>(text.Length + 64);
        using (var json = new Utf8JsonWriter(buffer, Json))
        {
            json.WriteStartArray();
            json.WriteRawValue(at.TotalSeconds.ToString("F6", CultureInfo.InvariantCulture));
            json.WriteStringValue(code);
            json.WriteStringValue(text);
            json.WriteEndArray();
        }

        buffer.Write("\n"u8);
        return buffer.WrittenSpan.ToArray();
    }

    private static byte[] Line(Action<Utf8JsonWriter> write)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer, Json))
            write(json);
        buffer.Write("\n"u8);
        return buffer.WrittenSpan.ToArray();
    }
}
