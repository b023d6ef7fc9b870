using System.Buffers;
using System.Text.Json;
using System.Text.Json.Serialization;
using Shiplog.Contracts.Orders;

namespace Shiplog.Worker.Stats;

/// <summary>A container's figures as lines of JSON.</summary>
internal static class StatsEndpoints
{
    public static void MapContainerStats(this IEndpointRouteBuilder routes) => routes.MapGet(WorkerStreams.Stats("{id}"), StatsAsync);

    private static async Task StatsAsync(HttpContext http, string id)
    {
        var samplers = http.RequestServices.GetRequiredService<Samplers>();
        http.Response.ContentType = "application/x-ndjson";
        if (http.Request.Query["once"] == "1")
        {
            await WriteAsync(http, samplers.Once(id));
            return;
        }

        try
        {
            await foreach (var figures in samplers.FollowAsync(id, http.RequestAborted))
                await WriteAsync(http, figures);
        }
        catch (OperationCanceledException) when (http.RequestAborted.IsCancellationRequested)
        {
            // Gone: nobody to tell.
        }
    }

    private static async Task WriteAsync(HttpContext http, ContainerFigures? figures)
    {
        await JsonSerializer.SerializeAsync(http.Response.BodyWriter, figures, FiguresJson.Default.ContainerFigures!, http.RequestAborted);
        http.Response.BodyWriter.Write("\n"u8);
        await http.Response.BodyWriter.FlushAsync(http.RequestAborted);
    }
}

[JsonSourceGenerationOptions(GenerationMode = JsonSourceGenerationMode.Metadata)]
[JsonSerializable(typeof(ContainerFigures))]
internal sealed partial class FiguresJson : JsonSerializerContext;
