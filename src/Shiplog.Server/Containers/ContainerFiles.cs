using System.Text.Json;
using Shiplog.Contracts.Orders;
using Shiplog.Domain;
using Shiplog.Domain.Containers;
using Shiplog.Server.DockerApi;
using Shiplog.Server.DockerApi.Dto;
using Shiplog.Server.Orders;
using Shiplog.Server.Store;

namespace Shiplog.Server.Containers;

/// <summary>What every copy of a container's files has in common.</summary>
internal sealed class ContainerFiles(IEventLog log, ContainerCommands commands, IWorker worker, InFlight inFlight, TimeProvider time)
{
    private const string DockersHeader = "X-Docker-Container-Path-Stat";

    public ContainerCommands Commands => commands;

    /// <exception cref="DockerException">There is none.</exception>
    public static string PathOf(DockerRequest request) =>
        request.Query("path") ?? throw DockerException.Invalid("bad parameter: 'path' cannot be empty");

    /// <summary>Asks the worker for an archive of this path, or, before it is asked for, what is there.</summary>
    /// <exception cref="DockerException">There is nothing.</exception>
    public async Task<HttpResponseMessage> OpenAsync(DockerRequest request, Container container, string path, bool statOnly)
    {
        try
        {
            return await WorkerStream.GetAsync(
                worker, $"{WorkerStreams.Archive(container.Id)}?path={Uri.EscapeDataString(path)}&image={container.ImageId}&statOnly={(statOnly ? 1 : 0)}",
                request.Cancellation);
        }
        catch (DockerException e) when (e.Status == 404)
        {
            throw CouldNotFind(path, request.Name);
        }
    }

    public static DockerException CouldNotFind(string path, string container) =>
        DockerException.NotFound($"Could not find the file {path} in container {container}");

    /// <summary>Hands the worker's word on what is there on to the client, in Docker's form.</summary>
    public static void PassStat(HttpResponseMessage answer, DockerRequest request)
    {
        var header = answer.Headers.GetValues(WorkerStreams.PathStatHeader).Single();
        var stat = JsonSerializer.Deserialize(Convert.FromBase64String(header), DockerJson.Default.PathStat)!;
        request.Response.Headers[DockersHeader] = Convert.ToBase64String(JsonSerializer.SerializeToUtf8Bytes(
            new PathStatDto(stat.Name, stat.Size, GoFileMode.Of(stat.Mode), stat.Modified, stat.LinkTarget), DockerJson.Default.PathStatDto));
    }

    /// <summary>
    /// Records that an archive is to go out, has it made, passes it on and records how much went: who reads is in the log before
    /// the first byte.
    /// </summary>
    public async Task SendAsync(
        DockerRequest request, string containerId, string path, string purpose, Func<Task<HttpResponseMessage>> open,
        Action<HttpResponseMessage> begin)
    {
        var context = request.NewCommand();
        using var flight = inFlight.Enter(context.CommandId);
        var intent = await commands.AcceptAsync<ContainerFilesReadRequested>(
            containerId, c => ReadContainerFiles.Decide(new ReadContainerFiles(context.CommandId, path, purpose), c, time.GetUtcNow()), context)
            ?? throw new InvalidOperationException("a new command has been accepted before");
        var bytes = 0L;
        try
        {
            using var answer = await open();
            begin(answer);
            await WorkerStream.CopyAsync(answer, request.Response, request.Cancellation, n => bytes += n);
        }
        catch (Exception e) when (e is not StoreAwayException)
        {
            await ConcludeAsync(intent, bytes, FailureOf(e, request), context);
            throw;
        }
        await ConcludeAsync(intent, bytes, null, context);
    }

    private Task<Decision> ConcludeAsync(ContainerFilesReadRequested intent, long bytes, OrderFailure? failure, CommandContext context) =>
        log.DecideAsync<Container>(
            Streams.Container(intent.ContainerId), c => ReadContainerFiles.Conclude(intent, bytes, failure, c, time.GetUtcNow()), context,
            CancellationToken.None);

    private static OrderFailure FailureOf(Exception e, DockerRequest request) => e switch
    {
        _ when request.Cancellation.IsCancellationRequested => new(ReadContainerFiles.Name, FailureKind.Interrupted, "the client went away"),
        DockerException { Status: 404 } => new(ReadContainerFiles.Name, FailureKind.NotFound, e.Message),
        DockerException { Status: 400 } => new(ReadContainerFiles.Name, FailureKind.Invalid, e.Message),
        WorkerAwayException or HttpRequestException or IOException => new(ReadContainerFiles.Name, FailureKind.Unavailable, e.Message),
        _ => new(ReadContainerFiles.Name, FailureKind.Internal, e.Message),
    };
}
