using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text.Json;
using Shiplog.Contracts.Orders;

namespace Shiplog.Worker.Images.Registry;

/// <summary>One repository at one registry (OCI distribution spec, "Pull" and "Push").</summary>
/// <param name="scopes">What a token is asked for (distribution, "Token Scope"); <see langword="null"/> for pulling from the repository.</param>
internal sealed class RegistryClient(
    RegistryHttp http, RegistryEndpoint endpoint, string repository, RegistryCredentials? credentials, TimeProvider time, string[]? scopes = null) : IDisposable
{
    // Makes a request anew for each try; while its body goes out, it tells that all is well.
    private delegate HttpRequestMessage Request(Uri uri, Action alive);

    /// <summary>How long a registry may take to begin its answer.</summary>
    private static readonly TimeSpan AnswerTime = TimeSpan.FromSeconds(60);
    private const int MaximalRedirects = 5, MaximalAnswer = 1 << 20;

    private readonly RegistryAuthorization _authorization = new(http, endpoint, scopes ?? [$"repository:{repository}:pull"], credentials);
    private readonly SemaphoreSlim _oneLogin = new(1);
    private Uri? _address;

    public string Host => endpoint.Host;

    public void Dispose() => _oneLogin.Dispose();

    /// <summary>Whether the registry takes the credentials (OCI distribution spec, "Determining Support").</summary>
    /// <exception cref="RegistryException">It does not, or does not answer as a registry.</exception>
    public async Task PingAsync(CancellationToken cancellation)
    {
        using var response = await SendAsync("v2/", Get([]), cancellation);
        if (response.StatusCode is HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden)
            throw new RegistryException(FailureKind.Unauthorized, $"Get \"{response.RequestMessage!.RequestUri}\": unauthorized: incorrect username or password");
        if (!response.IsSuccessStatusCode)
            throw new RegistryException(FailureKind.Unavailable, $"Get \"{response.RequestMessage!.RequestUri}\": registry {Host} answered {(int)response.StatusCode}");
    }

    /// <summary>Searches the registry's index (Docker Registry API v1, "Search").</summary>
    /// <exception cref="RegistryException">It has none, or does not answer as one.</exception>
    public async Task<FoundRepository[]> SearchAsync(string term, int limit, CancellationToken cancellation)
    {
        using var response = await SendAsync(
            string.Create(CultureInfo.InvariantCulture, $"v1/search?q={Uri.EscapeDataString(term)}&n={limit}"), Get(["application/json"]), cancellation);
        if (response.StatusCode == HttpStatusCode.NotFound)
            throw new RegistryException(FailureKind.NotFound, $"registry {Host} has no index that could be searched");
        if (!response.IsSuccessStatusCode)
            throw await ExplainAsync(response, cancellation);
        var body = await ReadLimitedAsync(response, MaximalAnswer, "answer to the search", cancellation);
        try
        {
            using var document = JsonDocument.Parse(body);
            return [.. document.RootElement.GetProperty("results").EnumerateArray().Take(limit).Select(Found)];
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or KeyNotFoundException)
        {
            throw new RegistryException(FailureKind.Unavailable, $"registry {Host} answers the search with something else than results: {e.Message}", inner: e);
        }
    }

    private static FoundRepository Found(JsonElement result) => new(
        Text(result, "name"), Text(result, "description"),
        result.TryGetProperty("star_count", out var stars) && stars.ValueKind == JsonValueKind.Number && stars.TryGetInt32(out var count) ? count : 0,
        result.TryGetProperty("is_official", out var official) && official.ValueKind == JsonValueKind.True,
        result.TryGetProperty("is_automated", out var automated) && automated.ValueKind == JsonValueKind.True);

    /// <summary>Fetches a manifest or an index and holds it against the digest it was asked for by, or that the registry claims.</summary>
    /// <param name="reference">A tag or a digest.</param>
    /// <exception cref="RegistryException">It is not there, may not be read, or is not what it says.</exception>
    public async Task<RegistryManifest> GetManifestAsync(string reference, CancellationToken cancellation)
    {
        using var response = await SendAsync($"v2/{repository}/manifests/{reference}", Get(RegistryManifest.MediaTypes), cancellation);
        if (!response.IsSuccessStatusCode)
            throw await ExplainAsync(response, cancellation);
        var body = await ReadLimitedAsync(response, RegistryManifest.MaximalSize, $"manifest of {repository}", cancellation);
        var claimed = response.Headers.TryGetValues("Docker-Content-Digest", out var values) ? values.First() : null;
        return RegistryManifest.Read(body, response.Content.Headers.ContentType?.MediaType, reference, claimed, Host);
    }

    /// <summary>Opens a blob for reading from an offset.</summary>
    /// <param name="offset">Not 0 where a download is taken up again; see <see cref="HttpStatusCode.PartialContent"/>.</param>
    /// <exception cref="RegistryException">It is not there, or may not be read.</exception>
    public async Task<HttpResponseMessage> OpenBlobAsync(string digest, long offset, CancellationToken cancellation)
    {
        var response = await SendAsync($"v2/{repository}/blobs/{digest}", Get([], offset > 0 ? new RangeHeaderValue(offset, null) : null), cancellation);
        if (response.StatusCode is HttpStatusCode.OK or HttpStatusCode.PartialContent)
            return response;
        using (response)
            throw await ExplainAsync(response, cancellation);
    }

    /// <exception cref="RegistryException">It does not say.</exception>
    public async Task<bool> HasBlobAsync(string digest, CancellationToken cancellation)
    {
        using var response = await SendAsync($"v2/{repository}/blobs/{digest}", (uri, _) => new HttpRequestMessage(HttpMethod.Head, uri), cancellation);
        return response.IsSuccessStatusCode || (response.StatusCode == HttpStatusCode.NotFound ? false : throw await ExplainAsync(response, cancellation));
    }

    /// <summary>Begins an upload, or has the registry take the blob from another of its repositories.</summary>
    /// <param name="from">That repository; <see langword="null"/> for none.</param>
    /// <returns>Where to send the blob; <see langword="null"/> where it was taken from there.</returns>
    /// <exception cref="RegistryException">It is not allowed.</exception>
    public async Task<Uri?> BeginUploadAsync(string digest, string? from, CancellationToken cancellation)
    {
        var mount = from is null ? "" : $"?mount={Uri.EscapeDataString(digest)}&from={Uri.EscapeDataString(from)}";
        using var response = await SendAsync(
            $"v2/{repository}/blobs/uploads/{mount}", (uri, _) => new HttpRequestMessage(HttpMethod.Post, uri) { Content = new ByteArrayContent([]) }, cancellation);
        return response.StatusCode switch
        {
            HttpStatusCode.Created => null,
            HttpStatusCode.Accepted when response.Headers.Location is { } location => UploadAddress(new Uri(response.RequestMessage!.RequestUri!, location)),
            HttpStatusCode.Accepted => throw new RegistryException(FailureKind.Unavailable, $"registry {Host} begins an upload without saying where to"),
            // Who may not read that repository, or finds it gone, may still push to this one.
            _ when from is not null => await BeginUploadAsync(digest, null, cancellation),
            _ => throw await ExplainAsync(response, cancellation),
        };
    }

    /// <summary>Sends a blob in one piece.</summary>
    /// <param name="upload">From <see cref="BeginUploadAsync"/>.</param>
    /// <param name="open">The content; once for each try.</param>
    /// <param name="sent">Told how many bytes have gone out.</param>
    /// <exception cref="RegistryException">It was not taken, or the connection broke (then with the cause inside).</exception>
    public async Task UploadAsync(Uri upload, string digest, Func<Stream> open, Action<long> sent, CancellationToken cancellation)
    {
        var target = upload.AbsoluteUri + (upload.Query.Length > 1 ? "&" : upload.Query.Length == 1 ? "" : "?") + "digest=" + Uri.EscapeDataString(digest);
        using var response = await SendAsync(target, (uri, alive) => new HttpRequestMessage(HttpMethod.Put, uri)
        {
            Content = new BlobContent(open(), count =>
            {
                alive();
                sent(count);
            }),
        }, cancellation);
        if (response.StatusCode != HttpStatusCode.Created)
            throw await ExplainAsync(response, cancellation);
    }

    /// <summary>Gives a manifest its tag.</summary>
    /// <exception cref="RegistryException">It was not taken, or was taken for something else.</exception>
    public async Task PutManifestAsync(string tag, string mediaType, byte[] content, CancellationToken cancellation)
    {
        using var response = await SendAsync($"v2/{repository}/manifests/{tag}", (uri, _) => new HttpRequestMessage(HttpMethod.Put, uri)
        {
            Content = new ByteArrayContent(content) { Headers = { ContentType = new MediaTypeHeaderValue(mediaType) } },
        }, cancellation);
        if (!response.IsSuccessStatusCode)
            throw await ExplainAsync(response, cancellation);
        var digest = Layers.Digest.Of(content);
        if (response.Headers.TryGetValues("Docker-Content-Digest", out var values) && values.First() is var taken && taken != digest)
            throw new RegistryException(FailureKind.Unavailable, $"registry {Host} took manifest {digest} for {taken}");
    }

    /// <summary>An upload goes where the registry says, by the redirects' rules.</summary>
    private Uri UploadAddress(Uri uri) =>
        uri.Scheme is not ("http" or "https") || (uri.Scheme == "http" && !endpoint.IsInsecure)
            ? throw new RegistryException(FailureKind.Unavailable, $"registry {Host} wants the upload sent to {uri.Scheme}://{uri.Authority}; refused")
            : uri;

    private static Request Get(string[] accept, RangeHeaderValue? range = null) => (uri, _) =>
    {
        var request = new HttpRequestMessage(HttpMethod.Get, uri);
        request.Headers.Range = range;
        foreach (var type in accept)
            request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue(type));
        return request;
    };

    internal static async Task<byte[]> ReadLimitedAsync(HttpResponseMessage response, int limit, string what, CancellationToken cancellation)
    {
        if (response.Content.Headers.ContentLength > limit)
            throw TooLarge(what, limit);
        await using var stream = await response.Content.ReadAsStreamAsync(cancellation);
        var buffer = new byte[limit + 1];
        var length = 0;
        try
        {
            length = await stream.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, cancellation);
        }
        catch (Exception e) when (e is IOException or HttpRequestException)
        {
            throw new RegistryException(FailureKind.Unavailable, $"the {what} broke off: {e.Message}", inner: e);
        }
        return length <= limit ? buffer[..length] : throw TooLarge(what, limit);
    }

    private static RegistryException TooLarge(string what, int limit) =>
        new(FailureKind.Unavailable, $"the {what} is larger than {limit} bytes, more than is taken");

    /// <param name="path">Below the registry's address, or a whole one.</param>
    private async Task<HttpResponseMessage> SendAsync(string path, Request request, CancellationToken cancellation)
    {
        for (var attempt = 0; ; attempt++)
        {
            var address = _address ?? await FindAddressAsync(cancellation);
            var sentWith = _authorization.Header;
            var response = await FollowAsync(new Uri(address, path), address, request, cancellation);
            if (response.StatusCode != HttpStatusCode.Unauthorized || attempt > 0 || !await LoginAsync(response, address, sentWith, cancellation))
                return response;
            response.Dispose();
        }
    }

    // Layers are fetched side by side, and a token is fetched once for all of them.
    private async Task<bool> LoginAsync(HttpResponseMessage unauthorized, Uri address, AuthenticationHeaderValue? sentWith, CancellationToken cancellation)
    {
        await _oneLogin.WaitAsync(cancellation);
        try
        {
            return !ReferenceEquals(sentWith, _authorization.Header) || await _authorization.AnswerAsync(unauthorized, address, cancellation);
        }
        catch (HttpRequestException e)
        {
            throw Unreachable(e);
        }
        finally
        {
            _oneLogin.Release();
        }
    }

    private async Task<HttpResponseMessage> FollowAsync(Uri uri, Uri registry, Request request, CancellationToken cancellation)
    {
        // Credentials belong to the host that asked for them.
        var authorization = IsSame(uri, registry) ? _authorization.Header : null;
        for (var hops = 0; ; hops++)
        {
            var response = await SendOnceAsync(uri, authorization, request, cancellation);
            if ((int)response.StatusCode is not (301 or 302 or 303 or 307 or 308))
                return response;
            using (response)
            {
                var target = response.Headers.Location is { } location ? new Uri(uri, location) : null;
                if (target is null || hops == MaximalRedirects || target.Scheme is not ("http" or "https"))
                    throw new RegistryException(FailureKind.Unavailable, $"registry {Host} redirects without end or to no usable address");
                if (uri.Scheme == "https" && target.Scheme == "http" && !endpoint.IsInsecure)
                    throw new RegistryException(FailureKind.Unavailable, $"registry {Host} redirects from https to plain http at {target.Authority}; refused");
                if (!IsSame(target, uri))
                    authorization = null;
                uri = target;
            }
        }
    }

    private static bool IsSame(Uri a, Uri b) => a.Authority == b.Authority && a.Scheme == b.Scheme;

    /// <summary>The first address that speaks HTTP at all; an insecure registry may speak TLS or not.</summary>
    private async Task<Uri> FindAddressAsync(CancellationToken cancellation)
    {
        foreach (var address in endpoint.Addresses.SkipLast(1))
        {
            try
            {
                using var response = await SendOnceAsync(new Uri(address, "v2/"), null, Get([]), cancellation);
                return _address = address;
            }
            catch (RegistryException e) when (e.Kind == FailureKind.Unavailable)
            {
                // The next address says whether nobody is there, or only no TLS.
            }
        }
        return _address = endpoint.Addresses[^1];
    }

    private async Task<HttpResponseMessage> SendOnceAsync(
        Uri uri, AuthenticationHeaderValue? authorization, Request make, CancellationToken cancellation)
    {
        using var patience = new CancellationTokenSource(AnswerTime, time);
        using var request = make(uri, () => patience.CancelAfter(AnswerTime));
        request.Headers.Authorization = authorization;
        request.Headers.UserAgent.Add(new ProductInfoHeaderValue("shiplog", "0.1"));
        using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, cancellation);
        try
        {
            return await http.SendAsync(request, endpoint.IsInsecure, either.Token);
        }
        catch (HttpRequestException e)
        {
            throw Unreachable(e);
        }
        catch (OperationCanceledException e) when (!cancellation.IsCancellationRequested)
        {
            throw new RegistryException(
                FailureKind.Unavailable, $"registry {Host} did not answer within {AnswerTime.TotalSeconds:0} s; try again later", inner: e);
        }
    }

    private RegistryException Unreachable(HttpRequestException e)
    {
        var reason = e.InnerException switch
        {
            SocketException { SocketErrorCode: SocketError.ConnectionRefused } => "connection refused; is it running, and is the port right?",
            SocketException { SocketErrorCode: SocketError.HostNotFound or SocketError.TryAgain or SocketError.NoData } =>
                "no such host; is the name right, and does this machine resolve names?",
            System.Security.Authentication.AuthenticationException inner =>
                $"{inner.Message}; put the certificate of the authority that signed the registry's into {RegistryHttp.DockersFolder}/{Host}/ca.crt",
            { } inner => $"{inner.Message}; check the network, or add it to insecure-registries if it speaks plain HTTP",
            null => e.Message,
        };
        return new RegistryException(FailureKind.Unavailable, $"registry {Host} cannot be reached: {reason}", inner: e);
    }

    private async Task<RegistryException> ExplainAsync(HttpResponseMessage response, CancellationToken cancellation)
    {
        var (code, message) = FirstError(await ReadLimitedAsync(response, 64 * 1024, "error", cancellation));
        // Docker's form: the code in words, then the registry's sentence.
        var text = $"{code.ToLowerInvariant().Replace('_', ' ')}: {message}";
        return code switch
        {
            "MANIFEST_UNKNOWN" or "NAME_UNKNOWN" or "BLOB_UNKNOWN" or "DENIED" => new RegistryException(FailureKind.NotFound, text),
            "UNAUTHORIZED" when credentials is null => new RegistryException(FailureKind.NotFound, "denied: requested access to the resource is denied"),
            "UNAUTHORIZED" => new RegistryException(FailureKind.Unauthorized, text),
            "TOOMANYREQUESTS" => new RegistryException(FailureKind.Unavailable, text),
            _ => (int)response.StatusCode switch
            {
                401 or 403 => new RegistryException(FailureKind.NotFound, "denied: requested access to the resource is denied"),
                404 => new RegistryException(FailureKind.NotFound, "manifest unknown: manifest unknown"),
                var status => new RegistryException(FailureKind.Unavailable, $"registry {Host} answered {status}{(message.Length > 0 ? ": " + message : "")}"),
            },
        };
    }

    private static (string Code, string Message) FirstError(byte[] body)
    {
        try
        {
            using var document = JsonDocument.Parse(body);
            if (document.RootElement is { ValueKind: JsonValueKind.Object } root && root.TryGetProperty("errors", out var errors)
                && errors is { ValueKind: JsonValueKind.Array } && errors.GetArrayLength() > 0 && errors[0].ValueKind == JsonValueKind.Object)
                return (Text(errors[0], "code"), Text(errors[0], "message"));
        }
        catch (JsonException)
        {
            // A proxy's page in place of a registry's answer: the status alone must do.
        }
        return ("", "");
    }

    private static string Text(JsonElement element, string name) =>
        element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString()! : "";
}
