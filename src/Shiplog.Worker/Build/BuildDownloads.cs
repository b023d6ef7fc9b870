using System.Net;
using System.Net.Http.Headers;
using System.Net.Mime;
using System.Security.Authentication;
using System.Text;
using Shiplog.Contracts.Orders;
using Shiplog.Worker.Images.Content;
using Shiplog.Worker.Images.Registry;
using Shiplog.Worker.Linux.FileSystem;
using Shiplog.Worker.Orders;

namespace Shiplog.Worker.Build;

/// <summary>What a URL has led to: one file.</summary>
/// <param name="Folder">That it is alone in, as <see cref="File"/>.</param>
/// <param name="Name">What it is called by the URL, or else by the server; empty where neither names it.</param>
internal sealed record Download(string Folder, string Name)
{
    /// <summary>Not what the URL says, which may be no name for a file.</summary>
    public static readonly byte[] File = "content"u8.ToArray();
}

/// <summary>Fetches what ADD names by a URL, once for each build. Redirections are followed, to HTTP and HTTPS only.</summary>
internal sealed class BuildDownloads(Builds builds, ContentStore store) : IDisposable
{
    private const int Piece = 128 * 1024, LongestError = 1024, MaximalRedirections = 10;

    // A server that sends nothing for so long will not send the rest either.
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    private readonly HttpClient _http = new(new SocketsHttpHandler
    {
        AllowAutoRedirect = false, // It would lead to other schemes, too.
        UseCookies = false,
        AutomaticDecompression = DecompressionMethods.None, // What is added is what was sent.
        ConnectTimeout = TimeSpan.FromSeconds(30),
        PooledConnectionLifetime = TimeSpan.FromMinutes(5),
        Proxy = new LoopbackAwareProxy(HttpClient.DefaultProxy),
        SslOptions = { EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13 },
    })
    {
        Timeout = Timeout.InfiniteTimeSpan,
        DefaultRequestHeaders = { UserAgent = { new ProductInfoHeaderValue("shiplog", null) } },
    };

    /// <exception cref="OrderException">The server cannot be reached, or does not have it.</exception>
    public async Task<Download> GetAsync(BuildUse build, string url, CancellationToken cancellation)
    {
        var fetching = build.Build.Downloads.GetOrAdd(url, _ => new Lazy<Task<Download>>(() => FetchAsync(build.Build, url)));
        try
        {
            return await fetching.Value.WaitAsync(cancellation);
        }
        catch when (fetching.Value.IsFaulted || fetching.Value.IsCanceled)
        {
            // The next step that wants it tries again.
            build.Build.Downloads.TryRemove(KeyValuePair.Create(url, fetching));
            throw;
        }
    }

    public void Dispose() => _http.Dispose();

    // For the build, and not for the step that came first: another one may be waiting for it.
    private async Task<Download> FetchAsync(RunningBuild build, string url)
    {
        using var use = build.TryUse() ?? throw new OperationCanceledException();
        var folder = Path.Combine(build.Paths.Downloads, Guid.NewGuid().ToString("N"));
        builds.Make(build.Paths, folder);
        try
        {
            return await FetchAsync(folder, url, build.Ended);
        }
        catch (Exception e)
        {
            FileCalls.RemoveTree(folder);
            throw e is HttpRequestException or HttpIOException or IOException or TimeoutException or UriFormatException ? Failed(url, ": " + e.Message) : e;
        }
    }

    private async Task<Download> FetchAsync(string folder, string url, CancellationToken cancellation)
    {
        var uri = new Uri(url, UriKind.Absolute);
        using var answer = await AskAsync(url, uri, cancellation);
        await using var body = await answer.Content.ReadAsStreamAsync(cancellation);
        if (!answer.IsSuccessStatusCode)
            throw Failed(url, $" with status {(int)answer.StatusCode} {answer.ReasonPhrase}: {await BeginningAsync(body, cancellation)}");
        var path = Path.Combine(folder, Encoding.ASCII.GetString(Download.File));
        await SaveAsync(url, body, path, cancellation);
        // As Docker dates what has no date: a repetition makes the same layer.
        File.SetLastWriteTimeUtc(path, (answer.Content.Headers.LastModified ?? DateTimeOffset.UnixEpoch).UtcDateTime);
        return new Download(folder, NameOf(uri, answer.Content.Headers));
    }

    private async Task<HttpResponseMessage> AskAsync(string url, Uri uri, CancellationToken cancellation)
    {
        for (var redirections = 0; redirections <= MaximalRedirections; redirections++)
        {
            var answer = await WithinAsync(patience => _http.GetAsync(uri, HttpCompletionOption.ResponseHeadersRead, patience), cancellation);
            if (answer.StatusCode is not (HttpStatusCode.MovedPermanently or HttpStatusCode.Found or HttpStatusCode.SeeOther
                or HttpStatusCode.TemporaryRedirect or HttpStatusCode.PermanentRedirect) || answer.Headers.Location is not { } location)
                return answer;
            answer.Dispose();
            uri = new Uri(uri, location);
            if (uri.Scheme is not ("http" or "https"))
                throw Failed(url, $": it is redirected to {uri}, which is neither HTTP nor HTTPS");
        }
        throw Failed(url, $": it is redirected more than {MaximalRedirections} times");
    }

    private async Task SaveAsync(string url, Stream body, string path, CancellationToken cancellation)
    {
        var room = store.Room;
        var options = new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.Write,
            BufferSize = 0,
            UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
        };
        await using var file = new FileStream(path, options);
        var buffer = new byte[Piece];
        while (await WithinAsync(patience => body.ReadAsync(buffer, patience).AsTask(), cancellation) is > 0 and var read)
        {
            if ((room -= read) < 0)
                throw Failed(url, $": it holds more bytes than this host has free ({store.Room})");
            await file.WriteAsync(buffer.AsMemory(0, read), cancellation);
        }
    }

    private static async Task<T> WithinAsync<T>(Func<CancellationToken, Task<T>> wait, CancellationToken cancellation)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        either.CancelAfter(Patience);
        try
        {
            return await wait(either.Token);
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            throw new TimeoutException($"the server has sent nothing for {Patience.TotalSeconds:0} seconds");
        }
    }

    private static string NameOf(Uri uri, HttpContentHeaders headers)
    {
        var name = LastOf(Uri.UnescapeDataString(uri.AbsolutePath));
        if (name.Length == 0 && headers.TryGetValues("Content-Disposition", out var values))
            name = LastOf(ContentDisposition(values.First())?.FileName ?? "");
        return name is "." or ".." || name.Contains('\0', StringComparison.Ordinal) ? "" : name;
    }

    private static ContentDisposition? ContentDisposition(string value)
    {
        try
        {
            return new ContentDisposition(value);
        }
        catch (FormatException)
        {
            return null; // A server's mistake; the destination has to name the file then.
        }
    }

    private static string LastOf(string path) => path[(path.LastIndexOf('/') + 1)..];

    private static async Task<string> BeginningAsync(Stream body, CancellationToken cancellation)
    {
        var buffer = new byte[LongestError];
        var read = await WithinAsync(patience => body.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, patience).AsTask(), cancellation);
        return Encoding.UTF8.GetString(buffer, 0, read).Trim();
    }

    private static OrderException Failed(string url, string why) =>
        new(new OrderFailure(BuildStepMaker.Step, FailureKind.Unavailable, $"ADD failed: failed to GET {url}{why}"));
}
