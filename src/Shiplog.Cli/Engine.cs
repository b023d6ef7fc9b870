using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Shiplog.Contracts.Views;

namespace Shiplog.Cli;

/// <summary>Asks an engine by REST v1.</summary>
/// <param name="address"><c>unix:///path</c>, or an address of HTTP.</param>
internal sealed class Engine(Uri address) : IDisposable
{
    private readonly HttpClient _client = Client(address);

    /// <summary>All that there ever were.</summary>
    /// <param name="on">Only those that were made from this image, or from one that was made of it; <see langword="null"/> for all.</param>
    public Task<ContainerView[]> ContainersAsync(string? on, CancellationToken cancellation) => GetAsync(
        "containers?all=true" + (on is null ? "" : $"&on={Uri.EscapeDataString(on)}"), CliJson.Default.ContainerViewArray, cancellation);

    /// <summary>Images that are there.</summary>
    public Task<ImageView[]> ImagesAsync(CancellationToken cancellation) => GetAsync("images", CliJson.Default.ImageViewArray, cancellation);

    /// <param name="at">What the name meant at this time.</param>
    public Task<ImageLineageView> LineageAsync(string image, DateTimeOffset? at, CancellationToken cancellation) =>
        GetAsync($"images/lineage?image={Uri.EscapeDataString(image)}{At(at)}", CliJson.Default.ImageLineageView, cancellation);

    /// <summary>The commits that led to an image, as a Dockerfile.</summary>
    /// <param name="at">What the name meant at this time.</param>
    public Task<string> DockerfileAsync(string image, DateTimeOffset? at, CancellationToken cancellation) =>
        TextAsync($"images/dockerfile?image={Uri.EscapeDataString(image)}{At(at)}", cancellation);

    /// <summary>What its layers hold.</summary>
    public Task<ImageLayersView> LayersAsync(string image, CancellationToken cancellation) =>
        GetAsync($"images/layers?image={Uri.EscapeDataString(image)}", CliJson.Default.ImageLayersView, cancellation);

    /// <param name="layer">The lowest is 1.</param>
    public Task<LayerFileView[]> LayerFilesAsync(string image, int layer, CancellationToken cancellation) =>
        GetAsync($"images/layers/files?image={Uri.EscapeDataString(image)}&layer={layer}", CliJson.Default.LayerFileViewArray, cancellation);

    /// <summary>Which files one image has that another has not, and the other way round.</summary>
    public Task<LayerFileView[]> ImageDiffAsync(string from, string to, CancellationToken cancellation) =>
        GetAsync($"images/diff?from={Uri.EscapeDataString(from)}&to={Uri.EscapeDataString(to)}", CliJson.Default.LayerFileViewArray, cancellation);

    /// <summary>What a name of an image has meant, latest first.</summary>
    /// <param name="at">Only what it meant at this time.</param>
    public Task<TagChangeView[]> TagChangesAsync(string name, DateTimeOffset? at, CancellationToken cancellation) =>
        GetAsync($"tags?name={Uri.EscapeDataString(name)}{At(at)}", CliJson.Default.TagChangeViewArray, cancellation);

    /// <summary>The end of a query that asks for a time.</summary>
    public static string At(DateTimeOffset? at) => at is { } time ? $"&at={Uri.EscapeDataString(time.ToString("O"))}" : "";

    public Task<ContainerView> ContainerAsync(string idOrName, CancellationToken cancellation) =>
        GetAsync($"containers/{Uri.EscapeDataString(idOrName)}", CliJson.Default.ContainerView, cancellation);

    /// <summary>Its whole life, in order.</summary>
    public Task<EventView[]> EventsAsync(string containerId, CancellationToken cancellation) =>
        GetAsync($"containers/{containerId}/events", CliJson.Default.EventViewArray, cancellation);

    /// <param name="query">As <c>address=172.17.0.3&amp;at=…</c>.</param>
    public Task<AddressLeaseView[]> LeasesAsync(string query, CancellationToken cancellation) =>
        GetAsync($"leases?{query}", CliJson.Default.AddressLeaseViewArray, cancellation);

    /// <param name="query">As <c>port=8080&amp;at=…</c>.</param>
    public Task<PortLeaseView[]> PortLeasesAsync(string query, CancellationToken cancellation) =>
        GetAsync($"leases/ports?{query}", CliJson.Default.PortLeaseViewArray, cancellation);

    /// <summary>What was recorded of sessions, latest first.</summary>
    /// <param name="container">Only of this one, by name or id; <see langword="null"/> for all.</param>
    public Task<RecordingView[]> RecordingsAsync(string? container, CancellationToken cancellation) => GetAsync(
        container is null ? "recordings" : $"recordings?container={Uri.EscapeDataString(container)}", CliJson.Default.RecordingViewArray, cancellation);

    /// <summary>A recording as it was sealed.</summary>
    /// <exception cref="CliException">It is not there, is not what was sealed, or has not come whole.</exception>
    public async Task<byte[]> RecordingAsync(string id, CancellationToken cancellation)
    {
        using var answer = await SendAsync($"recordings/{Uri.EscapeDataString(id)}", cancellation);
        var content = await answer.Content.ReadAsByteArrayAsync(cancellation);
        var digest = answer.Headers.TryGetValues("Content-Digest", out var values) ? string.Join(',', values) : "";
        return digest == $"sha-256=:{Convert.ToBase64String(SHA256.HashData(content))}:" ? content
            : throw new CliException($"recording {id} has not come as it was sealed: its digest is not the one that the engine tells");
    }

    /// <summary>The last lines of its output.</summary>
    public Task<string> LogsAsync(string containerId, int tail, bool timestamps, CancellationToken cancellation) =>
        TextAsync($"containers/{containerId}/logs?tail={tail}&timestamps={(timestamps ? "true" : "false")}", cancellation);

    public void Dispose() => _client.Dispose();

    private async Task<T> GetAsync<T>(string path, JsonTypeInfo<T> type, CancellationToken cancellation)
    {
        using var answer = await SendAsync(path, cancellation);
        try
        {
            return await JsonSerializer.DeserializeAsync(await answer.Content.ReadAsStreamAsync(cancellation), type, cancellation)
                ?? throw new CliException($"{address} answered with nothing");
        }
        catch (JsonException e)
        {
            throw new CliException($"{address} answered what this version does not understand: {e.Message}", e);
        }
    }

    private async Task<string> TextAsync(string path, CancellationToken cancellation)
    {
        using var answer = await SendAsync(path, cancellation);
        return await answer.Content.ReadAsStringAsync(cancellation);
    }

    private async Task<HttpResponseMessage> SendAsync(string path, CancellationToken cancellation)
    {
        HttpResponseMessage answer;
        try
        {
            answer = await _client.GetAsync("/api/v1/" + path, HttpCompletionOption.ResponseHeadersRead, cancellation);
        }
        catch (HttpRequestException e)
        {
            throw new CliException($"Cannot connect to Shiplog at {address} ({Reason(e)}). Is it running? infra/up starts it.", e);
        }
        if (answer.IsSuccessStatusCode)
            return answer;
        using (answer)
            throw new CliException(await RefusalAsync(answer, cancellation));
    }

    // A missing socket's own error speaks of addresses.
    private string Reason(HttpRequestException e) =>
        address.Scheme is "unix" && !File.Exists(address.LocalPath) ? "there is no such socket" : e.InnerException?.Message ?? e.Message;

    private async Task<string> RefusalAsync(HttpResponseMessage answer, CancellationToken cancellation)
    {
        if (answer.Content.Headers.ContentType?.MediaType is not "application/problem+json")
            return $"The engine at {address} is not Shiplog (it answered {(int)answer.StatusCode}). Name Shiplog's socket: docker -H unix:///run/shiplog/docker.sock shiplog …";
        var problem = await JsonSerializer.DeserializeAsync(
            await answer.Content.ReadAsStreamAsync(cancellation), CliJson.Default.Problem, cancellation);
        return problem?.Detail ?? problem?.Title ?? $"the engine answered {(int)answer.StatusCode}";
    }

    private static HttpClient Client(Uri address)
    {
        if (address.Scheme is not "unix")
            return new HttpClient { BaseAddress = new UriBuilder("http", address.Host, address.Port < 0 ? 8080 : address.Port).Uri };
        var handler = new SocketsHttpHandler
        {
            UseProxy = false,
            ConnectCallback = async (_, cancellation) =>
            {
                var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
                try
                {
                    await socket.ConnectAsync(new UnixDomainSocketEndPoint(address.LocalPath), cancellation);
                    return new NetworkStream(socket, ownsSocket: true);
                }
                catch
                {
                    socket.Dispose();
                    throw;
                }
            },
        };
        return new HttpClient(handler) { BaseAddress = new Uri("http://shiplog") };
    }
}

/// <summary>An error of REST (RFC 9457).</summary>
internal sealed record Problem(string? Title, string? Detail);

[JsonSourceGenerationOptions(JsonSerializerDefaults.Web)]
[JsonSerializable(typeof(ContainerView[]))]
[JsonSerializable(typeof(ContainerView))]
[JsonSerializable(typeof(EventView[]))]
[JsonSerializable(typeof(AddressLeaseView[]))]
[JsonSerializable(typeof(PortLeaseView[]))]
[JsonSerializable(typeof(RecordingView[]))]
[JsonSerializable(typeof(ImageView[]))]
[JsonSerializable(typeof(ImageLineageView))]
[JsonSerializable(typeof(ImageLayersView))]
[JsonSerializable(typeof(LayerFileView[]))]
[JsonSerializable(typeof(TagChangeView[]))]
[JsonSerializable(typeof(Problem))]
internal sealed partial class CliJson : JsonSerializerContext;
