using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text.Json;
using Shiplog.Contracts.Orders;

namespace Shiplog.Worker.Images.Registry;

/// <summary>One repository at one registry (OCI distribution spec, "Pull").</summary>
internal sealed class RegistryClient(
    RegistryHttp http, RegistryEndpoint endpoint, string repository, RegistryCredentials? credentials, TimeProvider time) : IDisposable
{
    /// <summary>How long a registry may take to begin its answer.</summary>
    private static readonly TimeSpan AnswerTime = TimeSpan.FromSeconds(60);
    private const int MaximalRedirects = 5;

    private readonly RegistryAuthorization _authorization = new(http, endpoint, repository, credentials);
    private readonly SemaphoreSlim _oneLogin = new(1);
    private Uri? _address;

    public string Host => endpoint.Host;

    public void Dispose() => _oneLogin.Dispose();

    /// <summary>Fetches a manifest or an index and holds it against the digest it was asked for by, or that the registry claims.</summary>
    /// <param name="reference">A tag or a digest.</param>
    /// <exception cref="RegistryException">It is not there, may not be read, or is not what it says.</exception>
    public async Task<RegistryManifest> GetManifestAsync(string reference, CancellationToken cancellation)
    {
        using var response = await SendAsync($"v2/{repository}/manifests/{reference}", RegistryManifest.MediaTypes, null, cancellation);
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
        var response = await SendAsync($"v2/{repository}/blobs/{digest}", [], offset > 0 ? new RangeHeaderValue(offset, null) : null, cancellation);
        if (response.StatusCode is HttpStatusCode.OK or HttpStatusCode.PartialContent)
            return response;
        using (response)
            throw await ExplainAsync(response, cancellation);
    }

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

    private async Task<HttpResponseMessage> SendAsync(string path, string[] accept, RangeHeaderValue? range, CancellationToken cancellation)
    {
        for (var attempt = 0; ; attempt++)
        {
            var address = _address ?? await FindAddressAsync(cancellation);
            var sentWith = _authorization.Header;
            var response = await FollowAsync(new Uri(address, path), accept, range, cancellation);
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

    private async Task<HttpResponseMessage> FollowAsync(Uri uri, string[] accept, RangeHeaderValue? range, CancellationToken cancellation)
    {
        var authorization = _authorization.Header;
        for (var hops = 0; ; hops++)
        {
            var response = await SendOnceAsync(uri, authorization, accept, range, cancellation);
            if ((int)response.StatusCode is not (301 or 302 or 303 or 307 or 308))
                return response;
            using (response)
            {
                var target = response.Headers.Location is { } location ? new Uri(uri, location) : null;
                if (target is null || hops == MaximalRedirects || target.Scheme is not ("http" or "https"))
                    throw new RegistryException(FailureKind.Unavailable, $"registry {Host} redirects without end or to no usable address");
                if (uri.Scheme == "https" && target.Scheme == "http" && !endpoint.IsInsecure)
                    throw new RegistryException(FailureKind.Unavailable, $"registry {Host} redirects from https to plain http at {target.Authority}; refused");
                // Credentials belong to the host that asked for them.
                if (target.Authority != uri.Authority || target.Scheme != uri.Scheme)
                    authorization = null;
                uri = target;
            }
        }
    }

    /// <summary>The first address that speaks HTTP at all; an insecure registry may speak TLS or not.</summary>
    private async Task<Uri> FindAddressAsync(CancellationToken cancellation)
    {
        foreach (var address in endpoint.Addresses.SkipLast(1))
        {
            try
            {
                using var response = await SendOnceAsync(new Uri(address, "v2/"), null, [], null, cancellation);
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
        Uri uri, AuthenticationHeaderValue? authorization, string[] accept, RangeHeaderValue? range, CancellationToken cancellation)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, uri);
        request.Headers.Authorization = authorization;
        request.Headers.Range = range;
        request.Headers.UserAgent.Add(new ProductInfoHeaderValue("shiplog", "0.1"));
        foreach (var type in accept)
            request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue(type));
        using var patience = new CancellationTokenSource(AnswerTime, time);
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
