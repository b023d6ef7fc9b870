using System.Net;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using Shiplog.Domain.Images;
using Shiplog.Server.DockerApi;
using Shiplog.Server.Orders;
using Shiplog.Server.Store;

namespace Shiplog.Server.Rest;

/// <summary>REST v1: camelCase JSON, errors as problem+json (RFC 9457).</summary>
internal static class RestApi
{
    public static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        // The answers are JSON and are marked so; nothing in them is put into a page as it is.
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase) },
    };

    public static IServiceCollection AddRest(this IServiceCollection services) => services
        .AddSingleton<ContainerViews>()
        .AddSingleton<ImageViews>()
        .AddSingleton<ImageLineage>()
        .AddSingleton<ImageLayers>()
        .AddSingleton<BuildViews>()
        .AddSingleton<ContainerLogs>()
        .AddSingleton<AddressViews>()
        .AddSingleton<PortViews>()
        .AddSingleton<RecordingViews>()
        .AddSingleton<RecordingFile>()
        .AddSingleton<EventViews>()
        .AddSingleton<Status>();

    /// <summary>Maps the routes below <c>/api/v1</c>.</summary>
    public static void MapRest(this RouteGroupBuilder api)
    {
        api.AddEndpointFilter(ProblemsAsync);
        api.MapGet("/containers", async (ContainerViews views, ImageLineage lineage, bool? all, string? on, CancellationToken cancellation) =>
        {
            var line = on is null ? null : await lineage.LineOfAsync(on, cancellation);
            if (on is not null && line is null)
                return NoImage(on);
            var list = await views.ListAsync(all ?? false, cancellation);
            return Ok(line is null ? list : list.FindAll(c => line.Contains(c.ImageId)));
        });
        api.MapGet("/containers/{idOrName}", async (ContainerViews views, string idOrName, CancellationToken cancellation) =>
            await views.FindAsync(idOrName, cancellation) is { } view ? Ok(view) : NoContainer(idOrName));
        api.MapGet("/containers/{idOrName}/events", async (ContainerViews views, EventViews events, string idOrName, CancellationToken cancellation) =>
            await views.FindAsync(idOrName, cancellation) is { } view
                ? Ok(await events.OfStreamAsync(Streams.Container(view.Id), cancellation))
                : NoContainer(idOrName));
        api.MapGet("/containers/{idOrName}/logs", async (
            HttpContext context, ContainerViews views, ContainerLogs logs, string idOrName, int? tail, bool? timestamps, CancellationToken cancellation) =>
        {
            if (await views.FindAsync(idOrName, cancellation) is not { } view)
                return NoContainer(idOrName);
            await logs.ServeAsync(context, view.Id, Math.Clamp(tail ?? 100, 0, 1_000_000), timestamps ?? false);
            return Results.Empty;
        });
        api.MapGet("/recordings", async (RecordingViews recordings, ContainerViews views, string? container, CancellationToken cancellation) =>
            container is null ? Ok(await recordings.ListAsync(null, cancellation))
            : await views.FindAsync(container, cancellation) is { } view ? Ok(await recordings.ListAsync(view.Id, cancellation))
            : NoContainer(container));
        api.MapGet("/recordings/{id}", async (HttpContext context, RecordingViews recordings, RecordingFile file, string id, CancellationToken cancellation) =>
        {
            if (await recordings.FindAsync(id, cancellation) is not { } recording)
                return Problem(StatusCodes.Status404NotFound, "not found", $"no recording has the id {id}; one is there when its session has ended");
            await file.ServeAsync(context, recording);
            return Results.Empty;
        });
        api.MapGet("/leases", async (AddressViews views, string? address, string? mac, DateTimeOffset? at, CancellationToken cancellation) =>
            address is null ? Ok(await views.ListAsync(null, mac, at, cancellation))
            : IPAddress.TryParse(address, out var parsed) ? Ok(await views.ListAsync(parsed, mac, at, cancellation))
            : Problem(StatusCodes.Status400BadRequest, "invalid address", $"{address} is not an IP address"));
        api.MapGet("/leases/ports", async (
            PortViews views, int? port, string? protocol, string? address, DateTimeOffset? at, CancellationToken cancellation) =>
            address is null ? Ok(await views.ListAsync(port, protocol, null, at, cancellation))
            : IPAddress.TryParse(address, out var parsed) ? Ok(await views.ListAsync(port, protocol, parsed, at, cancellation))
            : Problem(StatusCodes.Status400BadRequest, "invalid address", $"{address} is not an IP address"));
        api.MapGet("/events", async (EventViews events, long? after, int? limit, string? type, string? stream, CancellationToken cancellation) =>
            Ok(await events.PageAsync(after ?? 0, Math.Clamp(limit ?? 100, 1, 1000), type, stream, cancellation)));
        api.MapGet("/events/stream", EventStream.ServeAsync);
        api.MapGet("/images", async (ImageViews views, bool? all, CancellationToken cancellation) =>
            Ok(await views.ListAsync(all ?? false, cancellation)));
        api.MapGet("/images/lineage", async (ImageLineage lineage, string image, DateTimeOffset? at, CancellationToken cancellation) =>
            await lineage.FindAsync(image, at, cancellation) is { } view ? Ok(view) : NoImage(image));
        api.MapGet("/images/dockerfile", async (ImageLineage lineage, string image, DateTimeOffset? at, CancellationToken cancellation) =>
            await lineage.DockerfileAsync(image, at, cancellation) is { } text ? Results.Text(text) : NoImage(image));
        api.MapGet("/images/layers", async (ImageLayers layers, string image, CancellationToken cancellation) =>
            await layers.FindAsync(image, cancellation) is { } view ? Ok(view) : NoImage(image));
        api.MapGet("/images/layers/files", async (ImageLayers layers, string image, int layer, CancellationToken cancellation) =>
            await layers.FilesAsync(image, layer, cancellation) is { } files ? Ok(files) : NoImage(image));
        api.MapGet("/images/diff", async (ImageLayers layers, string from, string to, CancellationToken cancellation) =>
            await layers.CompareAsync(from, to, cancellation) is (var files, var missing) && missing is null ? Ok(files!) : NoImage(missing!));
        api.MapGet("/builds", async (BuildViews builds, CancellationToken cancellation) => Ok(await builds.ListAsync(cancellation)));
        api.MapGet("/builds/{id}", async (BuildViews builds, string id, CancellationToken cancellation) =>
            await builds.FindAsync(id, cancellation) is { } build ? Ok(build)
            : Problem(StatusCodes.Status404NotFound, "not found", $"no build has the id {id}"));
        api.MapGet("/tags", async (ImageLineage lineage, string name, DateTimeOffset? at, CancellationToken cancellation) =>
            ImageReference.TryParse(name, out var reference, out var error) ? Ok(await lineage.TagChangesAsync(reference, at, cancellation))
            : Problem(StatusCodes.Status400BadRequest, "invalid name", error));
        api.MapGet("/lineage", async (ImageViews views, CancellationToken cancellation) => Ok(await views.LineageAsync(cancellation)));
        api.MapGet("/status", async (Status status, CancellationToken cancellation) => Ok(await status.GetAsync(cancellation)));
        api.MapFallback((HttpContext context) => Problem(
            StatusCodes.Status404NotFound, "not found", $"there is nothing at {context.Request.Method} {context.Request.Path}"));
    }

    private static IResult Ok<T>(T value) => Results.Json(value, Json);

    private static IResult NoContainer(string idOrName) =>
        Problem(StatusCodes.Status404NotFound, "not found", $"no container, present or removed, has the id or name {idOrName}");

    private static IResult NoImage(string nameOrId) =>
        Problem(StatusCodes.Status404NotFound, "not found", $"no image, present or removed, has the id or name {nameOrId}");

    private static IResult Problem(int status, string title, string detail) => Results.Problem(detail, statusCode: status, title: title);

    private static async ValueTask<object?> ProblemsAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        try
        {
            return await next(context);
        }
        catch (StoreAwayException e)
        {
            return Problem(StatusCodes.Status503ServiceUnavailable, "event store away", e.Message);
        }
        catch (WorkerAwayException e)
        {
            return Problem(StatusCodes.Status503ServiceUnavailable, "worker away", e.Message);
        }
        catch (DockerException e)
        {
            return Problem(e.Status, "refused by the worker", e.Message);
        }
        catch (RecordingException e)
        {
            return Problem(e.Status, "recording not given out", e.Message);
        }
        catch (AmbiguousIdException e)
        {
            return Problem(StatusCodes.Status400BadRequest, "ambiguous id", e.Message);
        }
    }
}
