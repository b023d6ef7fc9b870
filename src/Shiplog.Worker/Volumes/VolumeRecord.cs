using System.Text.Json;
using System.Text.Json.Serialization;
using Shiplog.Worker.Linux;

namespace Shiplog.Worker.Volumes;

/// <summary>What a volume was made as; in its folder, which only root can read: options may hold a share's password.</summary>
internal sealed record VolumeRecord(string Name, string Driver, Dictionary<string, string> Options)
{
    /// <summary>Its content is a mount of its own, not a folder of ours.</summary>
    public bool IsMounted => Options.ContainsKey("device");

    /// <exception cref="InvalidDataException">It cannot be read.</exception>
    public static VolumeRecord? Load(string path)
    {
        if (!File.Exists(path))
            return null;
        try
        {
            return JsonSerializer.Deserialize(File.ReadAllBytes(path), VolumeJson.Default.VolumeRecord);
        }
        catch (JsonException e)
        {
            throw new InvalidDataException($"{path}: {e.Message}", e);
        }
    }

    public void Save(string path) => Files.Replace(path, JsonSerializer.SerializeToUtf8Bytes(this, VolumeJson.Default.VolumeRecord), durable: true);

    /// <inheritdoc/>
    public override string ToString() => $"VolumeRecord({Name})";
}

[JsonSourceGenerationOptions(GenerationMode = JsonSourceGenerationMode.Metadata)]
[JsonSerializable(typeof(VolumeRecord))]
internal sealed partial class VolumeJson : JsonSerializerContext;
