using System.Text.Json;
using System.Text.Json.Serialization;
using Shiplog.Contracts;
using Shiplog.Contracts.Orders;
using Shiplog.Worker.Linux;

namespace Shiplog.Worker.Network;

/// <summary>
/// A network that this host has, or had, a bridge for; on disk before the bridge is in the kernel. A later life of the worker
/// makes the rules of all of them, and knows which bridges are its own.
/// </summary>
internal sealed record NetworkRecord(string NetworkId, string Bridge, string Subnet, string Gateway)
{
    public bool Internal { get; init; }

    public bool Unmasqueraded { get; init; }

    public static string Folder(Instance instance) => Path.Combine(instance.WorkerFolder, "networks");

    public static NetworkRecord Of(AttachBridge network) => new(network.NetworkId, network.Bridge, network.Subnet, network.Gateway)
    {
        Internal = network.Internal,
        Unmasqueraded = network.Unmasqueraded,
    };

    /// <exception cref="InvalidDataException">One of them cannot be read.</exception>
    public static IEnumerable<NetworkRecord> LoadAll(Instance instance)
    {
        if (!Directory.Exists(Folder(instance)))
            yield break;
        foreach (var path in Directory.EnumerateFiles(Folder(instance), "*.json").Order(StringComparer.Ordinal))
            yield return Load(path);
    }

    public void Save(Instance instance)
    {
        Directory.CreateDirectory(Folder(instance));
        Files.Replace(PathOf(instance, Bridge), JsonSerializer.SerializeToUtf8Bytes(this, NetworkRecordJson.Default.NetworkRecord), durable: true);
    }

    public static void Delete(Instance instance, string bridge) => File.Delete(PathOf(instance, bridge));

    /// <summary>By the bridge's name, which the scripts that purge an instance read off it.</summary>
    private static string PathOf(Instance instance, string bridge) => Path.Combine(Folder(instance), bridge + ".json");

    private static NetworkRecord Load(string path)
    {
        try
        {
            return JsonSerializer.Deserialize(File.ReadAllBytes(path), NetworkRecordJson.Default.NetworkRecord)
                ?? throw new InvalidDataException($"{path} is empty");
        }
        catch (JsonException e)
        {
            throw new InvalidDataException($"{path}: {e.Message}", e);
        }
    }
}

[JsonSourceGenerationOptions(GenerationMode = JsonSourceGenerationMode.Metadata)]
[JsonSerializable(typeof(NetworkRecord))]
internal sealed partial class NetworkRecordJson : JsonSerializerContext;
