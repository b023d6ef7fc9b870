using System.Text.Json;

namespace Shiplog.Dashboard.Events;

/// <summary>JSON laid out for reading, as pieces that a style sheet can colour.</summary>
internal static class JsonText
{
    private static readonly JsonSerializerOptions Readable = new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>Pieces in reading order; their kinds are <c>key</c>, <c>string</c>, <c>number</c>, <c>word</c> and <c>mark</c>.</summary>
    public static IReadOnlyList<(string Kind, string Text)> Pieces(JsonElement json)
    {
        var pieces = new List<(string, string)>();
        Write(json, 0, pieces);
        return pieces;
    }

    private static void Write(JsonElement json, int depth, List<(string, string)> pieces)
    {
        switch (json.ValueKind)
        {
            case JsonValueKind.Object:
                WriteAll(json.EnumerateObject().ToArray(), '{', '}', depth, pieces, property =>
                {
                    pieces.Add(("key", Quoted(property.Name)));
                    pieces.Add(("mark", ": "));
                    Write(property.Value, depth + 1, pieces);
                });
                break;
            case JsonValueKind.Array:
                WriteAll(json.EnumerateArray().ToArray(), '[', ']', depth, pieces, item => Write(item, depth + 1, pieces));
                break;
            case JsonValueKind.String:
                pieces.Add(("string", Quoted(json.GetString()!)));
                break;
            case JsonValueKind.Number:
                pieces.Add(("number", json.GetRawText()));
                break;
            default:
                pieces.Add(("word", json.ValueKind == JsonValueKind.Undefined ? "" : json.GetRawText()));
                break;
        }
    }

    private static void WriteAll<T>(T[] items, char open, char close, int depth, List<(string, string)> pieces, Action<T> write)
    {
        if (items.Length == 0)
        {
            pieces.Add(("mark", $"{open}{close}"));
            return;
        }
        pieces.Add(("mark", open.ToString()));
        for (var i = 0; i < items.Length; i++)
        {
            pieces.Add(("mark", (i == 0 ? "\n" : ",\n") + Indent(depth + 1)));
            write(items[i]);
        }
        pieces.Add(("mark", "\n" + Indent(depth) + close));
    }

    private static string Indent(int depth) => new(' ', 2 * depth);

    private static string Quoted(string text) => JsonSerializer.Serialize(text, Readable);
}
