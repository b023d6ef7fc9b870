using System.Diagnostics.CodeAnalysis;
using System.Text.Json;

namespace Shiplog.Domain.Images;

/// <summary>An instruction's arguments as a JSON array of words (Dockerfile reference, "Shell and exec form").</summary>
public static class JsonForm
{
    /// <param name="words">The words; <see langword="null"/> where the text is no JSON array and so, by the reference, plain text.</param>
    /// <param name="fault">An array, and not of words only.</param>
    public static bool TryRead(string text, out string[]? words, [NotNullWhen(false)] out string? fault)
    {
        (words, fault) = (null, null);
        if (!text.AsSpan().TrimStart().StartsWith('['))
            return true;
        try
        {
            using var json = JsonDocument.Parse(text);
            if (json.RootElement.EnumerateArray().All(e => e.ValueKind == JsonValueKind.String))
                words = [.. json.RootElement.EnumerateArray().Select(e => e.GetString()!)];
            else
                fault = "when using JSON array syntax, arrays must be comprised of strings only";
        }
        catch (Exception e) when (e is JsonException or ArgumentException or InvalidOperationException)
        {
            // No JSON, or half a character in it: by the Dockerfile's rules plain text.
            words = null;
        }
        return fault is null;
    }
}
