using System.Buffers;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Net.Http.Headers;
using Shiplog.Server.Store;

namespace Shiplog.Server.DockerApi;

/// <summary>A request on the docker socket: its version, what its path names, and the ways to answer it.</summary>
/// <param name="Name">What stands for <c>{name}</c> in the route, slashes included.</param>
internal sealed record DockerRequest(HttpContext Http, ApiVersion Version, string Name)
{
    private const long LargestJson = 4 * 1024 * 1024;

    private readonly string _correlation = Guid.CreateVersion7().ToString("n");

    /// <summary>Ends when the client goes.</summary>
    public CancellationToken Cancellation => Http.RequestAborted;

    public HttpResponse Response => Http.Response;

    /// <summary>A new command of this request; several may come of one.</summary>
    public CommandContext NewCommand(string cause = "request") =>
        new(Guid.CreateVersion7().ToString("n"), Actor, cause, _correlation);

    /// <summary>The peer's Unix user, by the kernel's word.</summary>
    private string Actor => Http.Features.Get<DockerConnection>()?.Actor
        ?? throw new InvalidOperationException("the docker socket listens without UseDockerStreams");

    public string? Query(string key) => Http.Request.Query[key] is [var first, ..] and not [""] ? first : null;

    public string[] Queries(string key) => [.. Http.Request.Query[key].Where(v => !string.IsNullOrEmpty(v)).Select(v => v!)];

    /// <summary>Docker's notion of a flag in a query.</summary>
    public bool Flag(string key, bool otherwise = false) => Http.Request.Query[key] is [{ } text, ..]
        ? text.Trim().ToUpperInvariant() is not ("" or "0" or "NO" or "FALSE" or "NONE")
        : otherwise;

    /// <exception cref="DockerException">It is there and not a whole number.</exception>
    public int? Number(string key) => Query(key) is not { } text ? null
        : int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) ? number
        : throw DockerException.Invalid($"{key}: {text} is not a whole number");

    /// <summary>The body; <see langword="null"/> where there is none.</summary>
    /// <exception cref="DockerException">It is not JSON, or not called so.</exception>
    public async Task<T?> ReadJsonAsync<T>(JsonTypeInfo<T> type) where T : class
    {
        var request = Http.Request;
        var hasBody = Http.Features.Get<IHttpRequestBodyDetectionFeature>()?.CanHaveBody ?? request.ContentLength is > 0;
        if (string.IsNullOrEmpty(request.ContentType) && !hasBody)
            return null;
        if (!MediaTypeHeaderValue.TryParse(request.ContentType, out var content))
            throw DockerException.Invalid($"malformed Content-Type header ({request.ContentType})");
        if (!content.MediaType.Equals("application/json", StringComparison.OrdinalIgnoreCase))
            throw DockerException.Invalid($"unsupported Content-Type header ({request.ContentType}): must be 'application/json'");
        if (!hasBody)
            return null;
        if (Http.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit)
            limit.MaxRequestBodySize = LargestJson;
        return await JsonSerializer.DeserializeAsync(request.Body, type, Cancellation);
    }

    public async Task WriteJsonAsync<T>(T value, JsonTypeInfo<T> type, int status = 200)
    {
        Response.StatusCode = status;
        Response.ContentType = "application/json";
        await JsonSerializer.SerializeAsync(Response.BodyWriter, value, type, Cancellation);
        Response.BodyWriter.Write("\n"u8);
    }

    /// <summary>One line of a stream of JSON, sent at once.</summary>
    public async Task WriteLineAsync<T>(T value, JsonTypeInfo<T> type)
    {
        await JsonSerializer.SerializeAsync(Response.BodyWriter, value, type, Cancellation);
        Response.BodyWriter.Write("\n"u8);
        await Response.BodyWriter.FlushAsync(Cancellation);
    }

    /// <summary>Sends the headers, so that the client knows that its request is being served.</summary>
    public async Task StartAsync(string contentType)
    {
        Response.StatusCode = 200;
        Response.ContentType = contentType;
        await Response.StartAsync(Cancellation);
        await Response.BodyWriter.FlushAsync(Cancellation);
    }

    public Task NoContentAsync()
    {
        Response.StatusCode = 204;
        return Task.CompletedTask;
    }
}
