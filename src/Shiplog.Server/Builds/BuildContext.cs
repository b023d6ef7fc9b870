using Shiplog.Contracts.Orders;
using Shiplog.Domain.Builds;
using Shiplog.Server.DockerApi;
using Shiplog.Server.Orders;

namespace Shiplog.Server.Builds;

/// <summary>The files that a build may copy: the client's, or those at a URL, kept by the worker while the build runs.</summary>
internal sealed partial class BuildContext(RemoteContexts remotes, IWorker worker, TimeProvider time, ILogger<BuildContext> logger)
{
    private const string Ignored = ".dockerignore";

    /// <summary>Takes the context in, and reads its Dockerfile.</summary>
    /// <exception cref="BuildException">There is no context, no Dockerfile, or no sense in it.</exception>
    public async Task<(Dockerfile File, BuildContextReceived Fact)> ReceiveAsync(string buildId, BuildRequest asked, DockerRequest request)
    {
        var (path, text, commit) = request.Query("remote") is { } remote
            ? await RemoteAsync(buildId, remote, asked.Dockerfile, request)
            : (asked.Dockerfile, await OfClientAsync(buildId, asked.Dockerfile, request), null);
        if (string.IsNullOrWhiteSpace(text))
            throw BuildException.Invalid($"the Dockerfile ({path}) cannot be empty");
        return Dockerfile.TryParse(text, out var file, out var refusal)
            ? (file, new BuildContextReceived(buildId, text, commit, time.GetUtcNow()))
            : throw BuildException.Of(refusal);
    }

    /// <summary>Deletes it. One that stays behind is deleted when the worker starts.</summary>
    public async Task DropAsync(string buildId)
    {
        try
        {
            using var answer = await worker.Streams.DeleteAsync(WorkerStreams.BuildContext(buildId), CancellationToken.None);
            answer.EnsureSuccessStatusCode();
        }
        catch (HttpRequestException e)
        {
            LogLeft(buildId, e.Message);
        }
    }

    private async Task<string> OfClientAsync(string buildId, string dockerfile, DockerRequest request)
    {
        await UploadAsync(buildId, request.Http.Request.Body, request);
        var text = await ReadAsync(buildId, dockerfile, request);
        await HideAsync(buildId, dockerfile, request);
        return text;
    }

    /// <summary>The client has left out what <c>.dockerignore</c> names, but for what it had to send: the Dockerfile and that file itself.</summary>
    private async Task HideAsync(string buildId, string dockerfile, DockerRequest request)
    {
        if (await TryReadAsync(buildId, Ignored, request) is not { } patterns || !DockerIgnore.TryParse(patterns, out var ignored, out _))
            return;
        foreach (var file in ((string[])[dockerfile, Ignored]).Where(ignored.Excludes))
        {
            using var answer = await worker.Streams.DeleteAsync(FileOf(buildId, file), request.Cancellation);
            answer.EnsureSuccessStatusCode();
        }
    }

    private async Task<(string Path, string Text, string? Commit)> RemoteAsync(string buildId, string remote, string dockerfile, DockerRequest request)
    {
        using var download = await remotes.OpenAsync(remote, request.Cancellation);
        if (download.Dockerfile is { } text)
            return (remote, text, null);
        await UploadAsync(buildId, download.Archive!, request);
        return (dockerfile, await ReadAsync(buildId, dockerfile, request), download.Commit);
    }

    private async Task UploadAsync(string buildId, Stream archive, DockerRequest request)
    {
        try
        {
            using var answer = await WorkerStream.PutAsync(worker, WorkerStreams.BuildContext(buildId), archive, request.Cancellation);
        }
        catch (DockerException e)
        {
            throw new BuildException(e.Status < 500 ? FailureKind.Invalid : FailureKind.Internal, e.Message);
        }
    }

    // As the classic builder: by convention, but not by rule, it begins with a capital.
    private async Task<string> ReadAsync(string buildId, string dockerfile, DockerRequest request) =>
        await TryReadAsync(buildId, dockerfile, request) ?? (dockerfile is "Dockerfile" ? await TryReadAsync(buildId, "dockerfile", request) : null)
        ?? throw BuildException.Invalid($"Cannot locate specified Dockerfile: {dockerfile}");

    private async Task<string?> TryReadAsync(string buildId, string path, DockerRequest request)
    {
        try
        {
            using var answer = await WorkerStream.GetAsync(worker, FileOf(buildId, path), request.Cancellation);
            return await answer.Content.ReadAsStringAsync(request.Cancellation);
        }
        catch (DockerException e) when (e.Status == 404)
        {
            return null;
        }
        catch (DockerException e) when (e.Status < 500)
        {
            throw BuildException.Invalid(e.Message);
        }
    }

    private static string FileOf(string buildId, string path) => $"{WorkerStreams.BuildContextFile(buildId)}?path={Uri.EscapeDataString(path)}";

    [LoggerMessage(301, LogLevel.Warning, "the context of build {BuildId} stays until the worker starts again: {Reason}")]
    private partial void LogLeft(string buildId, string reason);
}
