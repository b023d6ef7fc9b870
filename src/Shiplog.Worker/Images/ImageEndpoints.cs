using System.Buffers;
using System.IO.Pipelines;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.Http.Features;
using Shiplog.Contracts.Orders;
using Shiplog.Worker.Images.Archives;
using Shiplog.Worker.Images.Progress;
using Shiplog.Worker.Images.Registry;
using Shiplog.Worker.Orders;

namespace Shiplog.Worker.Images;

/// <summary>The byte streams of images: progress of pulls, save, load (<see cref="WorkerStreams"/>).</summary>
internal static class ImageEndpoints
{
    private const string Json = "application/json";
    private const int LongestLine = 4 * 1024 * 1024;

    public static void MapImageStreams(this IEndpointRouteBuilder routes)
    {
        routes.MapGet(WorkerStreams.Progress("{commandId}"), ProgressAsync);
        routes.MapGet(WorkerStreams.SaveImages, SaveAsync);
        routes.MapGet(WorkerStreams.ImageLayers, (HttpContext http, string image) => ToldAsync(
            http, contents => contents.Summarize(image, http.RequestAborted), LayerContentsJson.Default.LayerContentArray));
        routes.MapGet(WorkerStreams.LayerFiles, (HttpContext http, string image, int layer) => ToldAsync(
            http, contents => contents.List(image, layer, http.RequestAborted), LayerContentsJson.Default.LayerFileArray));
        routes.MapGet(WorkerStreams.ImageDiff, (HttpContext http, string from, string to) => ToldAsync(
            http, contents => contents.Compare(from, to, http.RequestAborted), LayerContentsJson.Default.LayerFileArray));
        routes.MapPost(WorkerStreams.AskRegistry, (Delegate)AskAsync);
        routes.MapPost(WorkerStreams.LogIn, (Delegate)LogInAsync);
        routes.MapPost(WorkerStreams.SearchIndex, (Delegate)SearchAsync);
        routes.MapPost(WorkerStreams.LoadImages, LoadAsync);
        routes.MapPost(WorkerStreams.ImportImage, ImportAsync);
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

    private static async Task<IResult> ToldAsync<T>(HttpContext http, Func<LayerContents, T> read, JsonTypeInfo<T> type)
    {
        try
        {
            var contents = http.RequestServices.GetRequiredService<LayerContents>();
            return Results.Json(await Copying.Blocking.RunAsync(() => read(contents)), type);
        }
        catch (OrderException e)
        {
            return Results.Text(e.Message, statusCode: StatusCodes.Status404NotFound);
        }
    }

    private static Task<IResult> AskAsync(HttpContext http) => AskedAsync(http, RegistryJson.Default.RegistryQuestion, async (lookup, question) =>
    {
        var name = ImageName.TryParse(question.Reference) ?? throw new InvalidImageException($"invalid reference format: {question.Reference}");
        return Results.Json(await lookup.InspectAsync(name, question.IsKnown, question.Credentials, http.RequestAborted), RegistryJson.Default.ImageInRegistry);
    });

    private static Task<IResult> LogInAsync(HttpContext http) => AskedAsync(http, RegistryJson.Default.RegistryLogin, async (lookup, login) =>
    {
        await lookup.CheckAsync(login.Domain, login.Credentials, http.RequestAborted);
        return Results.NoContent();
    });

    private static Task<IResult> SearchAsync(HttpContext http) => AskedAsync(http, RegistryJson.Default.IndexSearch, async (lookup, search) => Results.Json(
        await lookup.SearchAsync(search.Domain, search.Term, search.Limit, search.Credentials, http.RequestAborted), RegistryJson.Default.FoundRepositoryArray));

    private static async Task<IResult> AskedAsync<T>(HttpContext http, JsonTypeInfo<T> type, Func<ImageLookup, T, Task<IResult>> ask)
    {
        try
        {
            var question = await JsonSerializer.DeserializeAsync(http.Request.Body, type, http.RequestAborted)
                ?? throw new InvalidImageException($"the body is no {typeof(T).Name}: it is null");
            return await ask(http.RequestServices.GetRequiredService<ImageLookup>(), question);
        }
        catch (Exception e) when (!http.RequestAborted.IsCancellationRequested)
        {
            var failure = ImageFailures.Explain("AskRegistry", e);
            return Results.Text(failure.Error, statusCode: failure.Kind switch
            {
                FailureKind.Invalid => StatusCodes.Status400BadRequest,
                FailureKind.NotFound => StatusCodes.Status404NotFound,
                FailureKind.Unauthorized => StatusCodes.Status401Unauthorized,
                _ => StatusCodes.Status500InternalServerError,
            });
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
        var platform = http.Request.Query["platform"].FirstOrDefault();
        await TellAsync(http, progress => http.RequestServices.GetRequiredService<LoadCommand>().LoadAsync(
            commandId, platform, http.Request.Body, progress, http.RequestAborted));
    }

    private static async Task ImportAsync(HttpContext http)
    {
        if (await ReadImportAsync(http.Request.BodyReader, http.RequestAborted) is not { } import)
        {
            http.Response.StatusCode = StatusCodes.Status400BadRequest;
            await http.Response.WriteAsync("an import begins with a line that says what to make of the archive");
            return;
        }
        var archive = http.Request.BodyReader.AsStream();
        await TellAsync(http, progress => http.RequestServices.GetRequiredService<LoadCommand>().ImportAsync(import, archive, progress, http.RequestAborted));
    }

    private static async Task<ArchiveImport?> ReadImportAsync(PipeReader body, CancellationToken cancellation)
    {
        while (true)
        {
            var read = await body.ReadAsync(cancellation);
            if (read.Buffer.PositionOf((byte)'\n') is { } end)
            {
                var import = Parse(read.Buffer.Slice(0, end));
                body.AdvanceTo(read.Buffer.GetPosition(1, end));
                return import;
            }
            if (read.IsCompleted || read.Buffer.Length > LongestLine)
                return null;
            body.AdvanceTo(read.Buffer.Start, read.Buffer.End);
        }
    }

    private static ArchiveImport? Parse(ReadOnlySequence<byte> line)
    {
        try
        {
            var reader = new Utf8JsonReader(line);
            return JsonSerializer.Deserialize(ref reader, ImportJson.Default.ArchiveImport);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>Progress as it comes; the outcome is a line of it.</summary>
    private static async Task TellAsync(HttpContext http, Func<IProgressSink, Task> work)
    {
        AllowBlocking(http);
        http.Response.ContentType = Json;
        await http.Response.StartAsync(http.RequestAborted);
        await http.Response.Body.FlushAsync(http.RequestAborted);
        var progress = new ResponseProgress(http.Response.Body);
        await work(progress);
        await progress.EndAsync();
    }

    // Archives are read and written by blocking calls on a thread of their own, in large pieces.
    private static void AllowBlocking(HttpContext http) => http.Features.GetRequiredFeature<IHttpBodyControlFeature>().AllowSynchronousIO = true;
}

[JsonSerializable(typeof(ArchiveImport))]
internal sealed partial class ImportJson : JsonSerializerContext;

[JsonSourceGenerationOptions(JsonSerializerDefaults.Web)]
[JsonSerializable(typeof(RegistryQuestion))]
[JsonSerializable(typeof(RegistryLogin))]
[JsonSerializable(typeof(IndexSearch))]
[JsonSerializable(typeof(FoundRepository[]))]
[JsonSerializable(typeof(ImageInRegistry))]
internal sealed partial class RegistryJson : JsonSerializerContext;

[JsonSourceGenerationOptions(JsonSerializerDefaults.Web)]
[JsonSerializable(typeof(LayerContent[]))]
[JsonSerializable(typeof(LayerFile[]))]
internal sealed partial class LayerContentsJson : JsonSerializerContext;
