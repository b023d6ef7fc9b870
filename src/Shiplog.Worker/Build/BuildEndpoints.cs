using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.AspNetCore.Http.Features;
using Shiplog.Contracts.Orders;
using Shiplog.Worker.Copying;
using Shiplog.Worker.Images;
using Shiplog.Worker.Layers;
using Shiplog.Worker.Linux.FileSystem;
using Shiplog.Worker.Orders;

namespace Shiplog.Worker.Build;

/// <summary>A build's files as byte streams (<see cref="WorkerStreams"/>).</summary>
internal static class BuildEndpoints
{
    public static void MapBuildStreams(this IEndpointRouteBuilder routes)
    {
        routes.MapPut(WorkerStreams.BuildContext("{buildId}"), Answering(TakeContextAsync));
        routes.MapDelete(WorkerStreams.BuildContext("{buildId}"), Answering(EndAsync));
        routes.MapGet(WorkerStreams.BuildContextFile("{buildId}"), Answering(ReadFileAsync));
        routes.MapDelete(WorkerStreams.BuildContextFile("{buildId}"), Answering(DropFileAsync));
        routes.MapPost(WorkerStreams.BuildSources("{buildId}"), Answering(DigestAsync));
    }

    private static Func<HttpContext, string, Task> Answering(Func<HttpContext, string, Task> work) =>
        (http, buildId) => AnswerAsync(http, buildId, () => work(http, buildId));

    private static async Task TakeContextAsync(HttpContext http, string buildId)
    {
        // Archives are read by blocking calls on a thread of their own, in large pieces.
        http.Features.GetRequiredFeature<IHttpBodyControlFeature>().AllowSynchronousIO = true;
        using var build = Builds(http).Use(buildId);
        using var either = Either(http, build);
        try
        {
            await Blocking.RunAsync(() => http.RequestServices.GetRequiredService<BuildContexts>().Unpack(build, http.Request.Body, either.Token));
        }
        catch (Exception) when (!http.RequestAborted.IsCancellationRequested)
        {
            // Whoever sends an archive reads no answer before all of it has been taken.
            await http.Request.Body.CopyToAsync(Stream.Null, http.RequestAborted);
            throw;
        }
        http.Response.StatusCode = StatusCodes.Status204NoContent;
    }

    private static async Task EndAsync(HttpContext http, string buildId)
    {
        await Builds(http).EndAsync(buildId);
        http.Response.StatusCode = StatusCodes.Status204NoContent;
    }

    private static async Task ReadFileAsync(HttpContext http, string buildId)
    {
        var path = http.Request.Query["path"].ToString();
        using var build = Builds(http).Use(buildId);
        using var file = BuildContexts.Open(build, path)
            ?? throw new OrderException(new OrderFailure("", FailureKind.NotFound, $"no such file in the build context: {path}"));
        http.Response.ContentType = "application/octet-stream";
        await using var content = new FileStream(file, FileAccess.Read, 0);
        http.Response.ContentLength = content.Length;
        await content.CopyToAsync(http.Response.Body, http.RequestAborted);
    }

    private static Task DropFileAsync(HttpContext http, string buildId)
    {
        using var build = Builds(http).Use(buildId);
        BuildContexts.Drop(build, http.Request.Query["path"].ToString());
        http.Response.StatusCode = StatusCodes.Status204NoContent;
        return Task.CompletedTask;
    }

    private static async Task DigestAsync(HttpContext http, string buildId)
    {
        var copy = await JsonSerializer.DeserializeAsync<BuildCopy>(http.Request.Body, JsonSerializerOptions.Web, http.RequestAborted)
            ?? throw new FormatException("which files?");
        using var build = Builds(http).Use(buildId);
        using var either = Either(http, build);
        using var found = await http.RequestServices.GetRequiredService<BuildSources>().FindAsync(build, copy, either.Token);
        var digest = await Blocking.RunAsync(() =>
        {
            using var all = new SourceDigest(build.Build.Contents, either.Token);
            return all.Of(found);
        });
        http.Response.ContentType = "application/json";
        await JsonSerializer.SerializeAsync(http.Response.Body, new BuildSourceDigest(digest, found.Sources is [var only] && found.Count == 1 ? only.IsFolder ? "dir" : "file" : "multi"), BuildJson.Default.BuildSourceDigest, http.RequestAborted);
    }

    private static async Task AnswerAsync(HttpContext http, string buildId, Func<Task> work)
    {
        try
        {
            await work();
        }
        catch (Exception) when (http.RequestAborted.IsCancellationRequested)
        {
            // Gone: nobody to tell.
        }
        catch (Exception e) when (!http.Response.HasStarted)
        {
            var failure = e is FormatException or JsonException ? new OrderFailure("", FailureKind.Invalid, e.Message) : ImageFailures.Explain("", e);
            if (failure.Kind == FailureKind.Internal)
                http.RequestServices.GetRequiredService<ILogger<Builds>>().FilesBroke(e, buildId);
            http.Response.StatusCode = failure.Kind switch
            {
                FailureKind.Invalid or FailureKind.Unavailable => StatusCodes.Status400BadRequest,
                FailureKind.NotFound => StatusCodes.Status404NotFound,
                FailureKind.Conflict => StatusCodes.Status409Conflict,
                FailureKind.Interrupted => StatusCodes.Status503ServiceUnavailable,
                _ => StatusCodes.Status500InternalServerError,
            };
            http.Response.ContentType = "text/plain";
            await http.Response.WriteAsync(failure.Error, http.RequestAborted);
        }
    }

    private static CancellationTokenSource Either(HttpContext http, BuildUse build) =>
        CancellationTokenSource.CreateLinkedTokenSource(http.RequestAborted, build.Build.Ended);

    private static Builds Builds(HttpContext http) => http.RequestServices.GetRequiredService<Builds>();
}

[JsonSerializable(typeof(BuildSourceDigest))]
internal sealed partial class BuildJson : JsonSerializerContext;
