using System.Text;
using Shiplog.Contracts.Orders;

namespace Shiplog.Server.Builds;

/// <summary>A context from elsewhere: an archive, or a Dockerfile without any other file.</summary>
/// <param name="Commit">Of the repository that it was; <see langword="null"/> where it was none.</param>
internal sealed record RemoteContext(IDisposable Source, Stream? Archive, string? Dockerfile, string? Commit) : IDisposable
{
    public void Dispose() => Source.Dispose();
}

/// <summary>Fetches contexts, in this process, which has no privileges.</summary>
internal sealed class RemoteContexts : IDisposable
{
    private const int LargestDockerfile = 4 * 1024 * 1024;

    private readonly HttpClient _http = new(new SocketsHttpHandler { ConnectTimeout = TimeSpan.FromSeconds(30) }) { Timeout = Timeout.InfiniteTimeSpan };

    public void Dispose() => _http.Dispose();

    /// <exception cref="BuildException">It cannot be fetched.</exception>
    public async Task<RemoteContext> OpenAsync(string remote, CancellationToken cancellation)
    {
        if (GitRepository.TryParse(remote) is { } repository)
            return await repository.FetchAsync(cancellation);
        if (!Uri.TryCreate(remote, UriKind.Absolute, out var uri) || uri.Scheme is not ("http" or "https"))
            throw BuildException.Invalid($"remoteURL ({remote}) could not be recognized as URL: a git repository (git://, or https://….git, with #branch:folder) or the http or https URL of an archive is needed");
        var answer = await GetAsync(remote, uri, cancellation);
        try
        {
            return answer.Content.Headers.ContentType?.MediaType is "text/plain"
                ? new RemoteContext(answer, null, await TextAsync(answer, remote, cancellation), null)
                : new RemoteContext(answer, await answer.Content.ReadAsStreamAsync(cancellation), null, null);
        }
        catch
        {
            answer.Dispose();
            throw;
        }
    }

    private async Task<HttpResponseMessage> GetAsync(string remote, Uri uri, CancellationToken cancellation)
    {
        try
        {
            var answer = await _http.GetAsync(uri, HttpCompletionOption.ResponseHeadersRead, cancellation);
            if (answer.IsSuccessStatusCode)
                return answer;
            using (answer)
                throw new BuildException((int)answer.StatusCode switch { 404 => FailureKind.NotFound, < 500 => FailureKind.Invalid, _ => FailureKind.Unavailable }, $"error downloading remote context {remote}: failed to GET {uri} with status {(int)answer.StatusCode} {answer.ReasonPhrase}");
        }
        catch (HttpRequestException e)
        {
            throw new BuildException(FailureKind.Unavailable, $"error downloading remote context {remote}: {e.Message}");
        }
    }

    private static async Task<string> TextAsync(HttpResponseMessage answer, string remote, CancellationToken cancellation)
    {
        await using var stream = await answer.Content.ReadAsStreamAsync(cancellation);
        var text = new byte[LargestDockerfile + 1];
        var length = await stream.ReadAtLeastAsync(text, text.Length, throwOnEndOfStream: false, cancellation);
        return length <= LargestDockerfile ? Encoding.UTF8.GetString(text, 0, length)
            : throw BuildException.Invalid($"the Dockerfile at {remote} has more than {LargestDockerfile} bytes");
    }
}
