using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using Shiplog.Contracts.Orders;
using Shiplog.Server.DockerApi.Dto;

namespace Shiplog.Server.DockerApi;

/// <summary>
/// Docker's JSON: names as Go spells them, read whatever their case, and no escapes that only HTML needs.
/// </summary>
[JsonSourceGenerationOptions(
    PropertyNameCaseInsensitive = true, GenerationMode = JsonSourceGenerationMode.Metadata,
    Converters = [typeof(TextsConverter), typeof(TextMapConverter)])]
[JsonSerializable(typeof(ErrorBody))]
[JsonSerializable(typeof(CreateContainerBody))]
[JsonSerializable(typeof(CreateContainerReply))]
[JsonSerializable(typeof(ContainerInspect))]
[JsonSerializable(typeof(Contracts.Orders.ContainerHealth))]
[JsonSerializable(typeof(ContainerSummary[]))]
[JsonSerializable(typeof(WaitReply))]
[JsonSerializable(typeof(CommitReply))]
[JsonSerializable(typeof(ContainersPruned))]
[JsonSerializable(typeof(ImagesPruned))]
[JsonSerializable(typeof(CreateExecBody))]
[JsonSerializable(typeof(CreateExecReply))]
[JsonSerializable(typeof(StartExecBody))]
[JsonSerializable(typeof(ExecInspect))]
[JsonSerializable(typeof(UpdateContainerBody))]
[JsonSerializable(typeof(UpdateContainerReply))]
[JsonSerializable(typeof(StatsReply))]
[JsonSerializable(typeof(ContainerFigures))]
[JsonSerializable(typeof(PathStat))]
[JsonSerializable(typeof(PathStatDto))]
[JsonSerializable(typeof(FileChange[]))]
[JsonSerializable(typeof(FileChangeDto[]))]
[JsonSerializable(typeof(ImageInspect))]
[JsonSerializable(typeof(ImageSummary[]))]
[JsonSerializable(typeof(HistoryItem[]))]
[JsonSerializable(typeof(ImageDeleted[]))]
[JsonSerializable(typeof(ProgressError))]
[JsonSerializable(typeof(ProgressStatus))]
[JsonSerializable(typeof(AuthConfig))]
[JsonSerializable(typeof(AuthReply))]
[JsonSerializable(typeof(VersionReply))]
[JsonSerializable(typeof(EventMessage))]
[JsonSerializable(typeof(InfoReply))]
[JsonSerializable(typeof(DiskUsageReply))]
[JsonSerializable(typeof(VolumesReply))]
[JsonSerializable(typeof(VolumeDto))]
[JsonSerializable(typeof(CreateVolumeBody))]
[JsonSerializable(typeof(VolumesPruneReply))]
[JsonSerializable(typeof(string[]))]
[JsonSerializable(typeof(Shiplog.Contracts.Orders.VolumeSize[]))]
[JsonSerializable(typeof(Shiplog.Contracts.Orders.ContainerSize))]
[JsonSerializable(typeof(Shiplog.Contracts.Orders.ArchiveImport))]
[JsonSerializable(typeof(NetworkDto[]))]
[JsonSerializable(typeof(DistributionInspect))]
[JsonSerializable(typeof(FoundImage[]))]
[JsonSerializable(typeof(CreateNetworkBody))]
[JsonSerializable(typeof(CreateNetworkReply))]
[JsonSerializable(typeof(ConnectNetworkBody))]
[JsonSerializable(typeof(DisconnectNetworkBody))]
[JsonSerializable(typeof(NetworksPruned))]
[JsonSerializable(typeof(BuildLine))]
[JsonSerializable(typeof(BuildAux))]
[JsonSerializable(typeof(BuildCopy))]
[JsonSerializable(typeof(BuildSourceDigest))]
[JsonSerializable(typeof(UlimitBody[]))]
[JsonSerializable(typeof(Dictionary<string, string>))]
[JsonSerializable(typeof(Dictionary<string, JsonElement>))]
[JsonSerializable(typeof(Dictionary<string, AuthConfig>))]
internal sealed partial class DockerJsonContext : JsonSerializerContext;

/// <summary>The one context, with Docker's escapes.</summary>
internal static class DockerJson
{
    public static readonly DockerJsonContext Default = new(new JsonSerializerOptions(DockerJsonContext.Default.Options)
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    });
}
