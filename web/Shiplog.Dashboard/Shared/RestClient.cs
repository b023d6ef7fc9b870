using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Serialization;
using Shiplog.Contracts.Views;

namespace Shiplog.Dashboard.Shared;

/// <summary>Reads of the public REST API. Every fault comes out as a <see cref="RestException"/> that a page can show.</summary>
internal sealed class RestClient(HttpMessageHandler handler, Uri restBase) : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private readonly HttpClient _http = new(handler) { BaseAddress = restBase, Timeout = Timeout.InfiniteTimeSpan };

    /// <exception cref="RestException">The server did not give it.</exception>
    public Task<T> GetAsync<T>(string path, CancellationToken cancellation) => ReadAsync(path, async (content, limit) =>
    {
        try
        {
            var value = await content.ReadFromJsonAsync(typeof(T), RestJson.Default, limit);
            return value is T view ? view : throw new RestException(RestFault.Other, $"the server answered {path} with nothing");
        }
        catch (JsonException e)
        {
            throw new RestException(RestFault.Other, $"the server's answer to {path} is not what this page expects: {e.Message}", e);
        }
    }, cancellation);

    /// <exception cref="RestException">The server did not give it.</exception>
    public Task<string> GetTextAsync(string path, CancellationToken cancellation) => ReadAsync(path, (content, limit) => content.ReadAsStringAsync(limit), cancellation);

    private async Task<T> ReadAsync<T>(string path, Func<HttpContent, CancellationToken, Task<T>> read, CancellationToken cancellation)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(Patience);
        try
        {
            using var response = await SendAsync(new HttpRequestMessage(HttpMethod.Get, path), HttpCompletionOption.ResponseContentRead, limit.Token);
            return await read(response.Content, limit.Token);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            throw new RestException(RestFault.ServerAway, $"the server did not answer {path} within {Patience.TotalSeconds:0} s");
        }
    }

    /// <summary>Where the log ends now.</summary>
    /// <exception cref="RestException">The server did not give it.</exception>
    public async Task<long> LastSequenceAsync(CancellationToken cancellation)
    {
        // The status answers also while the store is away, and then does not know.
        var status = await GetAsync<StatusView>("api/v1/status", cancellation);
        return status.Store ? status.LastSequence : throw new RestException(RestFault.StoreAway, "the event store does not answer");
    }

    /// <summary>The live log after this sequence number. The caller disposes the response.</summary>
    /// <exception cref="RestException">The server did not give it.</exception>
    public Task<HttpResponseMessage> OpenStreamAsync(long after, CancellationToken cancellation)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, "api/v1/events/stream");
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("text/event-stream"));
        request.Headers.Add("Last-Event-ID", after.ToString(CultureInfo.InvariantCulture));
        return SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellation);
    }

    public void Dispose() => _http.Dispose();

    private async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, HttpCompletionOption completion, CancellationToken cancellation)
    {
        using (request)
        {
            HttpResponseMessage response;
            try
            {
                response = await _http.SendAsync(request, completion, cancellation);
            }
            catch (HttpRequestException e)
            {
                throw new RestException(RestFault.ServerAway, $"the server does not answer: {e.Message}", e);
            }
            if (response.IsSuccessStatusCode)
                return response;
            using (response)
                throw await RefusalAsync(response, cancellation);
        }
    }

    private static async Task<RestException> RefusalAsync(HttpResponseMessage response, CancellationToken cancellation)
    {
        var said = Words(await response.Content.ReadAsStringAsync(cancellation)) ?? $"the server answered {(int)response.StatusCode}";
        return response.StatusCode switch
        {
            HttpStatusCode.NotFound => new RestException(RestFault.NotFound, said),
            HttpStatusCode.ServiceUnavailable => new RestException(RestFault.StoreAway, said),
            _ => new RestException(RestFault.Other, said),
        };
    }

    // Problem details (`detail`, `title`) and Docker's own form (`message`) both occur.
    private static string? Words(string body)
    {
        try
        {
            using var json = JsonDocument.Parse(body);
            if (json.RootElement.ValueKind != JsonValueKind.Object)
                return null;
            foreach (var name in (string[])["message", "detail", "title"])
                if (json.RootElement.TryGetProperty(name, out var text) && text.ValueKind == JsonValueKind.String)
                    return text.GetString();
            return null;
        }
        catch (JsonException)
        {
            return string.IsNullOrWhiteSpace(body) || body.Length > 300 ? null : body.Trim();
        }
    }
}

/// <summary>What kept the server from answering, as a page tells it apart.</summary>
internal enum RestFault
{
    /// <summary>Anything else; the message says it.</summary>
    Other = 0,

    /// <summary>Nobody listens, or nobody answers in time.</summary>
    ServerAway,

    /// <summary>The server is there, PostgreSQL is not.</summary>
    StoreAway,

    /// <summary>No such thing, now or ever.</summary>
    NotFound,
}

/// <summary>A read that came to nothing, in words.</summary>
internal sealed class RestException(RestFault fault, string message, Exception? inner = null) : Exception(message, inner)
{
    public RestFault Fault { get; } = fault;
}

[JsonSourceGenerationOptions(JsonSerializerDefaults.Web)]
[JsonSerializable(typeof(BuildView[]))]
[JsonSerializable(typeof(BuildDetailView))]
[JsonSerializable(typeof(ContainerView))]
[JsonSerializable(typeof(ContainerView[]))]
[JsonSerializable(typeof(ImageView[]))]
[JsonSerializable(typeof(LineageView))]
[JsonSerializable(typeof(ImageLineageView))]
[JsonSerializable(typeof(ImageLayersView))]
[JsonSerializable(typeof(LayerFileView[]))]
[JsonSerializable(typeof(EventView))]
[JsonSerializable(typeof(EventView[]))]
[JsonSerializable(typeof(StatusView))]
internal sealed partial class RestJson : JsonSerializerContext;
