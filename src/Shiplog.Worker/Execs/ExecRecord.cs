using System.Text.Json;
using System.Text.Json.Serialization;
using Shiplog.Worker.Linux;

namespace Shiplog.Worker.Execs;

/// <summary>An exec's journal: written before anything is started, and again when it runs.</summary>
/// <param name="CommandId">The order that starts it.</param>
/// <param name="Pid">The program; 0 before it runs.</param>
/// <param name="PidTicks">When that process began, which tells it from a later one of its number.</param>
internal sealed record ExecRecord(string CommandId, int Pid, ulong PidTicks)
{
    /// <summary><see langword="null"/> where there is none, or none that can be read: then nothing was started.</summary>
    public static ExecRecord? Load(string path)
    {
        try
        {
            return File.Exists(path) ? JsonSerializer.Deserialize(File.ReadAllBytes(path), ExecJson.Default.ExecRecord) : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    // Not for a power cut: that takes the program away, and the folder with it.
    public void Save(string path) =>
        Files.Replace(path, JsonSerializer.SerializeToUtf8Bytes(this, ExecJson.Default.ExecRecord), durable: false);
}

[JsonSourceGenerationOptions(GenerationMode = JsonSourceGenerationMode.Metadata)]
[JsonSerializable(typeof(ExecRecord))]
internal sealed partial class ExecJson : JsonSerializerContext;
