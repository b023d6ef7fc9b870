using Shiplog.Contracts.Orders;

namespace Shiplog.Worker.Volumes;

/// <summary>Questions about the host's files that only root can answer (<see cref="WorkerStreams"/>). They change nothing.</summary>
internal static class VolumeEndpoints
{
    public static void MapVolumeStreams(this IEndpointRouteBuilder routes)
    {
        routes.MapGet(WorkerStreams.MissingPaths, static (HttpContext http) => http.Response.WriteAsJsonAsync(
            http.Request.Query["path"].OfType<string>().Where(path => !Path.Exists(path)).ToArray(), VolumeAnswers.Default.StringArray));
        routes.MapGet(WorkerStreams.VolumeSizes, static (HttpContext http) => http.Response.WriteAsJsonAsync(
            http.RequestServices.GetRequiredService<VolumeStore>().Sizes().ToArray(), VolumeAnswers.Default.VolumeSizeArray));
    }
}

[System.Text.Json.Serialization.JsonSerializable(typeof(string[]))]
[System.Text.Json.Serialization.JsonSerializable(typeof(VolumeSize[]))]
internal sealed partial class VolumeAnswers : System.Text.Json.Serialization.JsonSerializerContext;
