using System.Globalization;
using Shiplog.Contracts;
using Shiplog.Contracts.Orders;
using Shiplog.Worker.Lifecycle;
using Shiplog.Worker.Linux;
using Shiplog.Worker.Orders;
using Shiplog.Worker.Runtime;

namespace Shiplog.Worker.Streams;

/// <summary>The streams that are plain HTTP: a container's log and its terminal's size.</summary>
internal static class StreamEndpoints
{
    public static void MapContainerStreams(this IEndpointRouteBuilder routes)
    {
        routes.MapGet(WorkerStreams.Logs("{id}"), LogsAsync);
        routes.MapPost(WorkerStreams.Resize("{id}"), Resize);
        routes.MapGet(WorkerStreams.Health("{id}"), Health);
        // Served beneath HTTP (AttachConnections); a request comes here only behind another one on its connection.
        routes.MapPost(WorkerStreams.Attach("{id}"), () => Results.BadRequest("attach needs a connection of its own"));
    }

    private static async Task LogsAsync(HttpContext http, string id)
    {
        var services = http.RequestServices;
        LogRequest request;
        ContainerPaths paths;
        try
        {
            request = LogRequest.Parse(http.Request.Query);
            paths = new ContainerPaths(services.GetRequiredService<Instance>(), id);
        }
        catch (Exception e) when (e is FormatException or OrderException)
        {
            http.Response.StatusCode = StatusCodes.Status400BadRequest;
            await http.Response.WriteAsync(e.Message);
            return;
        }

        http.Response.ContentType = request.Tty ? "application/vnd.docker.raw-stream" : "application/vnd.docker.multiplexed-stream";
        // Whoever follows wants to see the headers before the first line.
        await http.Response.StartAsync(http.RequestAborted);
        await http.Response.BodyWriter.FlushAsync(http.RequestAborted);
        var ended = services.GetRequiredService<Containers>().EndOfRun(id);
        try
        {
            await services.GetRequiredService<LogReader>().WriteAsync(
                File.Exists(paths.Log) ? paths.Log : services.GetRequiredService<KeptLogs>().PathOf(id), request, http.Response.BodyWriter, ended, http.RequestAborted);
        }
        catch (OperationCanceledException) when (http.RequestAborted.IsCancellationRequested)
        {
            // Gone: nobody to tell.
        }
    }

    private static IResult Health(HttpContext http, string id)
    {
        try
        {
            var file = new ContainerPaths(http.RequestServices.GetRequiredService<Instance>(), id).Health;
            return File.Exists(file) ? Results.Bytes(File.ReadAllBytes(file), "application/json") : Results.NotFound();
        }
        catch (OrderException e)
        {
            return Results.BadRequest(e.Message);
        }
    }

    private static IResult Resize(HttpContext http, string id)
    {
        var services = http.RequestServices;
        if (!TryRead(http, "w", out var width) || !TryRead(http, "h", out var height))
            return Results.BadRequest("w and h must be numbers of characters");
        // Remembered for a container that is not made yet.
        services.GetRequiredService<Sessions>().For(id).Size = (width, height);
        if (services.GetRequiredService<Containers>().IsRunning(id))
            Terminal.Resize(new ContainerPaths(services.GetRequiredService<Instance>(), id).Bundle, width, height);
        return Results.NoContent();
    }

    private static bool TryRead(HttpContext http, string name, out int value) =>
        int.TryParse(http.Request.Query[name], NumberStyles.None, CultureInfo.InvariantCulture, out value) && value is > 0 and <= ushort.MaxValue;
}
