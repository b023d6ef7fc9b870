using Microsoft.AspNetCore.Http.Features;
using Shiplog.Contracts.Orders;
using Shiplog.Worker.Images.Archives;
using Shiplog.Worker.Images.Progress;

namespace Shiplog.Worker.Images;

/// <summary>The byte streams of images: progress of pulls, save, load (<see cref="WorkerStreams"/>).</summary>
internal static class ImageEndpoints
{
    private const string Json = "application/json";

    public static void MapImageStreams(this IEndpointRouteBuilder routes)
    {
        routes.MapGet(WorkerStreams.Progress("{commandId}"), ProgressAsync);
        routes.MapGet(WorkerStreams.SaveImages, SaveAsync);
        routes.MapPost(WorkerStreams.LoadImages, LoadAsync);
    }

    private static async Task ProgressAsync(HttpContext http, string commandId)
    {
        http.Response.ContentType = Json;
        // The server sends the order once it has the headers: from then on no line is lost.
        await http.Response.StartAsync(http.RequestAborted);
        await http.Response.Body.FlushAsync(http.RequestAborted);
        try
        {
            await foreach (var line in http.RequestServices.GetRequiredService<ProgressHub>().ReadAsync(commandId, http.RequestAborted))
            {
                await http.Response.Body.WriteAsync(line, http.RequestAborted);
                await http.Response.Body.FlushAsync(http.RequestAborted);
            }
        }
        catch (OperationCanceledException) when (http.RequestAborted.IsCancellationRequested)
        {
            // Gone: the hub has cancelled the pull.
        }
    }

    private static async Task SaveAsync(HttpContext http)
    {
        var saver = http.RequestServices.GetRequiredService<ImageSaver>();
        List<SavedImage> images;
        try
        {
            images = [.. http.Request.Query["image"].Select(i => saver.Find(i!))];
        }
        catch (InvalidImageException e)
        {
            http.Response.StatusCode = StatusCodes.Status404NotFound;
            await http.Response.WriteAsync(e.Message);
            return;
        }
        http.Response.ContentType = "application/x-tar";
        AllowBlocking(http);
        try
        {
            await Task.Factory.StartNew(
                () => saver.Save(images, http.Response.Body, http.RequestAborted), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
        }
        catch (Exception e) when (e is IOException or OperationCanceledException)
        {
            // A tar cut short would look whole to a careless reader; a broken connection does not.
            if (!http.RequestAborted.IsCancellationRequested)
                http.RequestServices.GetRequiredService<ILogger<ImageSaver>>().SaveBroke(e.Message);
            http.Abort();
        }
    }

    private static async Task LoadAsync(HttpContext http)
    {
        if (http.Request.Query["commandId"].ToString() is not { Length: > 0 } commandId)
        {
            http.Response.StatusCode = StatusCodes.Status400BadRequest;
            await http.Response.WriteAsync("load needs the commandId that it ends");
            return;
        }
        AllowBlocking(http);
        http.Response.ContentType = Json;
        await http.Response.StartAsync(http.RequestAborted);
        await http.Response.Body.FlushAsync(http.RequestAborted);
        var progress = new ResponseProgress(http.Response.Body);
        await http.RequestServices.GetRequiredService<LoadCommand>().RunAsync(commandId, http.Request.Body, progress, http.RequestAborted);
        await progress.EndAsync();
    }

    // Archives are read and written by blocking calls on a thread of their own, in large pieces.
    private static void AllowBlocking(HttpContext http) => http.Features.GetRequiredFeature<IHttpBodyControlFeature>().AllowSynchronousIO = true;
}
