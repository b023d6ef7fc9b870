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

/// <summary>A list of strings, in which Go reads <c>null</c> as the empty one.</summary>
internal sealed class TextsConverter : JsonConverter<string[]?>
{
    public override string[]? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.TokenType is JsonTokenType.Null ? null : ReadItems(ref reader);

    public override void Write(Utf8JsonWriter writer, string[]? value, JsonSerializerOptions options) => WriteItems(writer, value);

    internal static string[] ReadItems(ref Utf8JsonReader reader)
    {
        if (reader.TokenType is not JsonTokenType.StartArray)
            throw new JsonException("a list of strings is needed");
        var strings = new List<string>();
        while (reader.Read() && reader.TokenType is not JsonTokenType.EndArray)
        {
            strings.Add(reader.TokenType switch
            {
                JsonTokenType.String => reader.GetString()!,
                JsonTokenType.Null => "",
                _ => throw new JsonException("a list of strings is needed"),
            });
        }
        return [.. strings];
    }

    internal static void WriteItems(Utf8JsonWriter writer, string[]? value)
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

/// <summary>Strings by name; here, too, <c>null</c> is the empty one.</summary>
internal sealed class TextMapConverter : JsonConverter<Dictionary<string, string>?>
{
    public override Dictionary<string, string>? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType is JsonTokenType.Null)
            return null;
        if (reader.TokenType is not JsonTokenType.StartObject)
            throw new JsonException("an object whose members are strings is needed");
        var map = new Dictionary<string, string>();
        while (reader.Read() && reader.TokenType is not JsonTokenType.EndObject)
        {
            var name = reader.GetString()!;
            reader.Read();
            map[name] = reader.TokenType switch
            {
                JsonTokenType.String => reader.GetString()!,
                JsonTokenType.Null => "",
                _ => throw new JsonException($"{name}: a string is needed"),
            };
        }
        return map;
    }

    public override void Write(Utf8JsonWriter writer, Dictionary<string, string>? value, JsonSerializerOptions options)
    {
        if (value is null)
        {
            writer.WriteNullValue();
            return;
        }
        writer.WriteStartObject();
        foreach (var (name, text) in value)
            writer.WriteString(name, text);
        writer.WriteEndObject();
    }
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
        return TextsConverter.ReadItems(ref reader);
    }

    public override void Write(Utf8JsonWriter writer, string[]? value, JsonSerializerOptions options) => TextsConverter.WriteItems(writer, value);
}
