using System.Text.Json;
using System.Text.Json.Serialization;

namespace Shiplog.Server.DockerApi.Dto;

/// <summary>Docker's answer to everything that did not work.</summary>
internal sealed record ErrorBody([property: JsonPropertyName("message")] string Message);

/// <summary>Docker's objects without members, the values of its sets.</summary>
internal sealed record Empty
{
    public static readonly Empty Value = new();

    public static Dictionary<string, Empty> Set(IEnumerable<string> keys) => keys.ToDictionary(k => k, _ => Value);
}

/// <summary>A list that may also be written as one string.</summary>
internal sealed class StringsConverter : JsonConverter<string[]?>
{
    public override string[]? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType is JsonTokenType.Null)
            return null;
        if (reader.TokenType is JsonTokenType.String)
            return [reader.GetString()!];
        if (reader.TokenType is not JsonTokenType.StartArray)
            throw new JsonException("a list of strings is needed");
        var strings = new List<string>();
        while (reader.Read() && reader.TokenType is not JsonTokenType.EndArray)
            strings.Add(reader.TokenType is JsonTokenType.String ? reader.GetString()! : throw new JsonException("a list of strings is needed"));
        return [.. strings];
    }

    public override void Write(Utf8JsonWriter writer, string[]? value, JsonSerializerOptions options)
    {
        if (value is null)
        {
            writer.WriteNullValue();
            return;
        }
        writer.WriteStartArray();
        foreach (var text in value)
            writer.WriteStringValue(text);
        writer.WriteEndArray();
    }
}
