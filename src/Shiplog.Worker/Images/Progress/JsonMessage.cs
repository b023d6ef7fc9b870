using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Shiplog.Worker.Images.Progress;

/// <summary>Docker's <c>jsonmessage</c> lines, key for key as dockerd writes them.</summary>
internal static class JsonMessage
{
    private static readonly JsonWriterOptions Options = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    public static byte[] Status(string status, string? id = null) => Line(w =>
    {
        w.WriteString("status", status);
        if (id is not null)
            w.WriteString("id", id);
    });

    /// <summary>Of a layer; without figures where <paramref name="total"/> is 0.</summary>
    public static byte[] Layer(string status, string id, long current = 0, long total = 0) => Line(w =>
    {
        w.WriteString("status", status);
        w.WriteStartObject("progressDetail");
        if (total > 0)
        {
            w.WriteNumber("current", current);
            w.WriteNumber("total", total);
        }
        w.WriteEndObject();
        if (total > 0)
            w.WriteString("progress", Bar(current, total));
        w.WriteString("id", id);
    });

    /// <summary>What a push tells programs at its end.</summary>
    public static byte[] Pushed(string tag, string digest, long size) => Line(w =>
    {
        w.WriteStartObject("progressDetail");
        w.WriteEndObject();
        w.WriteStartObject("aux");
        w.WriteString("Tag", tag);
        w.WriteString("Digest", digest);
        w.WriteNumber("Size", size);
        w.WriteEndObject();
    });

    public static byte[] Stream(string text) => Line(w => w.WriteString("stream", text));

    public static byte[] Error(string message) => Line(w =>
    {
        w.WriteStartObject("errorDetail");
        w.WriteString("message", message);
        w.WriteEndObject();
        w.WriteString("error", message);
    });

    /// <summary><c>[=====>     ]  1.2MB/3.4MB</c>, fifty characters wide.</summary>
    public static string Bar(long current, long total)
    {
        var filled = (int)Math.Min(50, current * 100.0 / total / 2);
        return $"[{new string('=', filled)}>{new string(' ', 50 - filled)}] {Size(current),8}{(current > total ? "" : "/" + Size(total))}";
    }

    /// <summary>Four significant digits and a decimal unit, as Go's <c>%.4g</c> has it.</summary>
    private static string Size(double bytes)
    {
        string[] units = ["B", "kB", "MB", "GB", "TB", "PB"];
        var unit = 0;
        for (; bytes >= 1000 && unit < units.Length - 1; unit++)
            bytes /= 1000;
        return bytes.ToString("G4", CultureInfo.InvariantCulture) + units[unit];
    }

    private static byte[] Line(Action<Utf8JsonWriter> write)
    {
        using var buffer = new MemoryStream(256);
        using (var writer = new Utf8JsonWriter(buffer, Options))
        {
            writer.WriteStartObject();
            write(writer);
            writer.WriteEndObject();
        }
        buffer.Write("\r\n"u8);
        return buffer.ToArray();
    }
}
