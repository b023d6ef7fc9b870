using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Win32.SafeHandles;
using Shiplog.Contracts.Orders;
using Shiplog.Worker.Layers;
using Shiplog.Worker.Linux;
using Shiplog.Worker.Orders;

namespace Shiplog.Worker.Copying;

/// <summary>A container's files as byte streams (<see cref="WorkerStreams"/>): copy, export, what has changed.</summary>
internal static class FileEndpoints
{
    public static void MapContainerFiles(this IEndpointRouteBuilder routes)
    {
        routes.MapGet(WorkerStreams.Archive("{id}"), (HttpContext http, string id) => AnswerAsync(http, () => ReadAsync(http, id)));
        routes.MapPut(WorkerStreams.Archive("{id}"), (HttpContext http, string id) => AnswerAsync(http, () => WriteAsync(http, id)));
        routes.MapGet(WorkerStreams.Export("{id}"), (HttpContext http, string id) => AnswerAsync(http, () => ExportAsync(http, id)));
        routes.MapGet(WorkerStreams.Changes("{id}"), (HttpContext http, string id) => AnswerAsync(http, () => ChangesAsync(http, id)));
        routes.MapGet(WorkerStreams.Size("{id}"), (HttpContext http, string id) => AnswerAsync(http, () => SizeAsync(http, id)));
    }

    private static async Task ReadAsync(HttpContext http, string id)
    {
        var path = ContainerPath.Parse(Text(http, "path"));
        using var root = await OpenAsync(http, id, RootView.Seen);
        using var reader = ArchiveReader.Open(root, path)
            ?? throw new OrderException(new OrderFailure("", FailureKind.NotFound, $"no such file: {path}"));
        http.Response.Headers[WorkerStreams.PathStatHeader] =
            Convert.ToBase64String(JsonSerializer.SerializeToUtf8Bytes(reader.Stat, FileJson.Default.PathStat));
        if (Flag(http, "statOnly"))
            return;
        http.Response.ContentType = "application/x-tar";
        await StreamAsync(http, id, body => reader.Write(body, http.RequestAborted));
    }

    private static async Task ExportAsync(HttpContext http, string id)
    {
        using var root = await OpenAsync(http, id, RootView.Layers);
        http.Response.ContentType = "application/x-tar";
        await StreamAsync(http, id, body =>
        {
            var tar = new TreeWriter(body);
            tar.WriteContent(root, [], http.RequestAborted);
            tar.End();
        });
    }

    private static async Task WriteAsync(HttpContext http, string id)
    {
        AllowBlocking(http);
        var request = new WriteRequest(
            Text(http, "commandId"), id, Text(http, "image"), Text(http, "path"), Flag(http, "keepKinds"), Text(http, "user"), Flag(http, "devices"));
        var failure = await http.RequestServices.GetRequiredService<WriteCommand>().RunAsync(request, http.Request.Body, http.Abort, http.RequestAborted);
        if (failure is null || http.RequestAborted.IsCancellationRequested)
            return;
        // Whoever sends an archive reads no answer before all of it has been taken.
        await http.Request.Body.CopyToAsync(Stream.Null, http.RequestAborted);
        await RefuseAsync(http, failure);
    }

    private static async Task ChangesAsync(HttpContext http, string id)
    {
        var changes = await http.RequestServices.GetRequiredService<ContainerChanges>().ListAsync(id, Text(http, "image"), http.RequestAborted);
        http.Response.ContentType = "application/json";
        await JsonSerializer.SerializeAsync(http.Response.Body, changes, FileJson.Default.FileChangeArray, http.RequestAborted);
    }

    private static async Task SizeAsync(HttpContext http, string id)
    {
        var size = await Blocking.RunAsync(() => http.RequestServices.GetRequiredService<ContainerSizes>().Measure(id, Text(http, "image")));
        http.Response.ContentType = "application/json";
        await JsonSerializer.SerializeAsync(http.Response.Body, size, FileJson.Default.ContainerSize, http.RequestAborted);
    }

    private static Task<SafeFileHandle> OpenAsync(HttpContext http, string id, RootView view) =>
        http.RequestServices.GetRequiredService<ContainerRoots>().OpenAsync(id, Text(http, "image"), view, http.RequestAborted);

    private static async Task StreamAsync(HttpContext http, string id, Action<Stream> write)
    {
        AllowBlocking(http);
        try
        {
            // The headers go with the first bytes: a refusal by the first file still has a status.
            await Blocking.RunAsync(() => write(http.Response.Body));
        }
        catch (Exception e) when (http.Response.HasStarted && e is IOException or OperationCanceledException or Layers.Tar.TarException)
        {
            // A tar cut short would look whole to a careless reader; a broken connection does not.
            if (!http.RequestAborted.IsCancellationRequested)
                http.RequestServices.GetRequiredService<ILogger<ContainerRoots>>().ReadBroke(id, e.Message);
            http.Abort();
        }
    }

    private static async Task AnswerAsync(HttpContext http, Func<Task> work)
    {
        try
        {
            await work();
        }
        catch (OperationCanceledException) when (http.RequestAborted.IsCancellationRequested)
        {
            // Gone: nobody to tell.
        }
        catch (Exception e) when (!http.Response.HasStarted && Explain(e) is { } failure)
        {
            await RefuseAsync(http, failure);
        }
    }

    private static OrderFailure? Explain(Exception e) => e switch
    {
        OrderException refused => refused.Failure,
        FormatException => new OrderFailure("", FailureKind.Invalid, e.Message),
        IOException or Layers.Tar.TarException or InvalidDataException => new OrderFailure("", FailureKind.Internal, e.Message),
        _ => null,
    };

    private static Task RefuseAsync(HttpContext http, OrderFailure failure)
    {
        http.Response.StatusCode = failure.Kind switch
        {
            FailureKind.Invalid => StatusCodes.Status400BadRequest,
            FailureKind.NotFound => StatusCodes.Status404NotFound,
            FailureKind.Conflict => StatusCodes.Status409Conflict,
            FailureKind.Interrupted => StatusCodes.Status503ServiceUnavailable,
            _ => StatusCodes.Status500InternalServerError,
        };
        http.Response.ContentType = "text/plain";
        return http.Response.WriteAsync(failure.Error, http.RequestAborted);
    }

    private static string Text(HttpContext http, string key) => http.Request.Query[key].ToString();

    private static bool Flag(HttpContext http, string key) => http.Request.Query[key].ToString() == "1";

    private static void AllowBlocking(HttpContext http) => http.Features.GetRequiredFeature<IHttpBodyControlFeature>().AllowSynchronousIO = true;
}

[JsonSerializable(typeof(PathStat))]
[JsonSerializable(typeof(FileChange[]))]
[JsonSerializable(typeof(ContainerSize))]
internal sealed partial class FileJson : JsonSerializerContext;
