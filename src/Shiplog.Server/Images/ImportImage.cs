using System.Net;
using System.Text.Json;
using Shiplog.Contracts.Orders;
using Shiplog.Domain;
using Shiplog.Domain.Images;
using Shiplog.Server.Containers;
using Shiplog.Server.DockerApi;
using Shiplog.Server.DockerApi.Dto;
using Shiplog.Server.Engine;

namespace Shiplog.Server.Images;

/// <summary>POST /images/create with <c>fromSrc</c>: an image of one layer from an archive of files, the client's or one at a URL.</summary>
internal sealed class ImportImageEndpoint(ArchiveUpload upload, TimeProvider time) : IDockerEndpoint, IDisposable
{
    private const string Client = "-";

    private readonly HttpClient _http = new(new SocketsHttpHandler { ConnectTimeout = TimeSpan.FromSeconds(30) }) { Timeout = Timeout.InfiniteTimeSpan };

    public void Dispose() => _http.Dispose();

    public async Task HandleAsync(DockerRequest request)
    {
        var source = request.Query("fromSrc") ?? throw DockerException.Invalid("fromImage or fromSrc is needed: which image to pull, or where the archive to import is");
        var context = request.NewCommand();
        var reference = NewImage.Name(request, "cannot import digest reference");
        var decision = ImportImage.Decide(
            new ImportImage(
                context.CommandId, source, reference?.ToString(), request.Query("message"), NewImage.Changes(request),
                (request.Version.AtLeast(32) ? request.Query("platform") : null) is not { } platform ? "linux/" + HostFacts.GoArchitecture
                    : platform.Contains('/', StringComparison.Ordinal) ? platform : $"{platform}/{HostFacts.GoArchitecture}"),
            time.GetUtcNow());
        var intent = ContainerCommands.Accepted<ImageLoadRequested>(decision) ?? throw new InvalidOperationException("a new import has been accepted before");
        using var download = source == Client ? null : await DownloadAsync(source, request.Cancellation);
        var archive = download is null ? request.Http.Request.Body : await download.Content.ReadAsStreamAsync(request.Cancellation);
        using var content = new ImportContent(new ArchiveImport(context.CommandId, intent.Import!.Reference, intent.Import.ConfigTemplate), archive);
        await upload.RunAsync(intent, context, WorkerStreams.ImportImage, content, request);
    }

    private async Task<HttpResponseMessage> DownloadAsync(string source, CancellationToken cancellation)
    {
        // As dockerd: what names no scheme is HTTP.
        var text = source.Contains("://", StringComparison.Ordinal) ? source : "http://" + source;
        if (!Uri.TryCreate(text, UriKind.Absolute, out var uri) || uri.Scheme is not ("http" or "https"))
            throw DockerException.Invalid($"cannot import from {source}: an http or https URL is needed, or - for the request's body");
        try
        {
            var answer = await _http.GetAsync(uri, HttpCompletionOption.ResponseHeadersRead, cancellation);
            if (answer.IsSuccessStatusCode)
                return answer;
            using (answer)
                throw new DockerException((int)answer.StatusCode switch { 404 => 404, < 500 => 400, _ => 500 }, $"failed to GET {uri} with status {(int)answer.StatusCode} {answer.ReasonPhrase}");
        }
        catch (HttpRequestException e)
        {
            throw new DockerException(500, $"failed to GET {uri}: {e.Message}");
        }
    }

    /// <summary>A line that says what to make of the archive, and the archive.</summary>
    private sealed class ImportContent(ArchiveImport import, Stream archive) : HttpContent
    {
        protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
        {
            await JsonSerializer.SerializeAsync(stream, import, DockerJson.Default.ArchiveImport);
            await stream.WriteAsync("\n"u8.ToArray());
            await archive.CopyToAsync(stream, WorkerStream.BufferSize);
        }

        protected override bool TryComputeLength(out long length)
        {
            length = 0;
            return false;
        }
    }
}
