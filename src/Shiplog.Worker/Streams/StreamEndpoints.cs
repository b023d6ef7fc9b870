using System.Globalization;
using System.Text.Json.Serialization;
using Shiplog.Contracts;
using Shiplog.Contracts.Orders;
using Shiplog.Worker.Execs;
using Shiplog.Worker.Lifecycle;
using Shiplog.Worker.Linux;
using Shiplog.Worker.Orders;
using Shiplog.Worker.Recordings;
using Shiplog.Worker.Runtime;

namespace Shiplog.Worker.Streams;

/// <summary>The streams that are plain HTTP: a container's log, terminals' sizes, a container's processes.</summary>
internal static class StreamEndpoints
{
    public static void MapContainerStreams(this IEndpointRouteBuilder routes)
    {
        routes.MapGet(WorkerStreams.Logs("{id}"), LogsAsync);
        routes.MapGet(WorkerStreams.Recording("{id}", "{recording}"), Recording);
        routes.MapPost(WorkerStreams.Resize("{id}"), Resize);
        routes.MapGet(WorkerStreams.Health("{id}"), Health);
        routes.MapPost(WorkerStreams.ResizeExec("{id}", "{exec}"), ResizeExec);
        routes.MapGet(WorkerStreams.Top("{id}"), TopAsync);
        // Served beneath HTTP (AttachConnections); a request comes here only behind another one on its connection.
        routes.MapPost(WorkerStreams.Attach("{id}"), () => Results.BadRequest("attach needs a connection of its own"));
        routes.MapPost(WorkerStreams.AttachExec("{id}", "{exec}"), () => Results.BadRequest("attach needs a connection of its own"));
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

    private static IResult Recording(HttpContext http, string id, string recording)
    {
        try
        {
            var file = new RecordingPaths(http.RequestServices.GetRequiredService<Instance>(), id, recording).Sealed;
            return File.Exists(file) ? Results.Stream(File.OpenRead(file), "application/x-asciicast") : Results.NotFound();
        }
        catch (OrderException e)
        {
            return Results.BadRequest(e.Message);
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
        services.GetRequiredService<Sessions>().For(id).Resize(width, height);
        if (services.GetRequiredService<Containers>().IsRunning(id))
            Terminal.Resize(new ContainerPaths(services.GetRequiredService<Instance>(), id).Bundle, width, height);
        return Results.NoContent();
    }

    private static IResult ResizeExec(HttpContext http, string id, string exec)
    {
        if (!TryRead(http, "w", out var width) || !TryRead(http, "h", out var height))
            return Results.BadRequest("w and h must be numbers of characters");
        if (http.RequestServices.GetRequiredService<RunningExecs>().Find(exec) is not { Ended.IsCompleted: false } run || run.Paths.Container.Id != id)
            return Results.Conflict($"exec {exec} is not running");
        http.RequestServices.GetRequiredService<Sessions>().FindExec(exec)?.Resize(width, height);
        Terminal.Resize(run.Paths.Folder, width, height);
        return Results.NoContent();
    }

    private static async Task<IResult> TopAsync(HttpContext http, string id)
    {
        if (http.RequestServices.GetRequiredService<Containers>().Find(id) is not { } run)
            return Results.Conflict($"container {id} is not running");
        try
        {
            var table = await ProcessTable.OfAsync(http.Request.Query["ps_args"], Cgroups.Processes(run.Cgroup), http.RequestAborted);
            return Results.Json(table, ProcessTableJson.Default.ProcessTable);
        }
        catch (OrderException e)
        {
            return Results.Text(e.Message, statusCode: StatusCodes.Status500InternalServerError);
        }
    }

    private static bool TryRead(HttpContext http, string name, out int value) =>
        int.TryParse(http.Request.Query[name], NumberStyles.None, CultureInfo.InvariantCulture, out value) && value is > 0 and <= ushort.MaxValue;
}

[JsonSourceGenerationOptions(GenerationMode = JsonSourceGenerationMode.Metadata)]
[JsonSerializable(typeof(ProcessTable))]
internal sealed partial class ProcessTableJson : JsonSerializerContext;
