using System.Runtime.CompilerServices;
using System.Text.Json;
using Shiplog.Contracts.Orders;
using Shiplog.Domain.Containers;
using Shiplog.Server.DockerApi;
using Shiplog.Server.Orders;
using Shiplog.Server.Store;

namespace Shiplog.Server.Containers;

/// <summary>GET /containers/{id}/stats: what it uses of the host, once or every second for as long as the client listens.</summary>
internal sealed class ShowStats(ContainerCommands commands, IWorker worker, IEventFeed feed, TimeProvider time) : IDockerEndpoint
{
    private static readonly TimeSpan BetweenTries = TimeSpan.FromMilliseconds(100);

    public async Task HandleAsync(DockerRequest request)
    {
        var (stream, once) = (request.Flag("stream", otherwise: true), request.Version.AtLeast(41) && request.Flag("one-shot"));
        if (stream && once)
            throw DockerException.Invalid("cannot have stream=true and one-shot=true");
        var container = await commands.FindAsync(request.Name, request.Cancellation);
        if (stream)
            await StreamAsync(container, request);
        else
            await request.WriteJsonAsync(await OneAsync(container, once, request.Cancellation), DockerJson.Default.StatsReply);
    }

    /// <summary>Unless the client wants them at once they are compared with those of a second before.</summary>
    private async Task<DockerApi.Dto.StatsReply> OneAsync(Container container, bool once, CancellationToken cancellation)
    {
        ContainerFigures? before = null;
        if (!container.HasProcess)
            return StatsWire.Of(container.Id, container.Name, null, null);
        await foreach (var figures in ReadAsync(container.Id, once, cancellation))
        {
            if (once || before is not null || figures is null)
                return StatsWire.Of(container.Id, container.Name, figures, before);
            before = figures;
        }
        throw new WorkerAwayException("the worker ended while it was read", new IOException());
    }

    /// <summary>Goes on over ends and starts of the container, and of the worker, until the container is removed.</summary>
    private async Task StreamAsync(Container container, DockerRequest request)
    {
        using var end = CancellationTokenSource.CreateLinkedTokenSource(request.Cancellation);
        var (name, removed) = (container.Name, false);
        using var subscription = feed.Subscribe(Streams.Container(container.Id), @event =>
        {
            if (@event is ContainerRenamed renamed)
                name = renamed.Name;
            removed |= @event is ContainerRemoved;
            if (removed)
                end.Cancel();
        });
        // It may have been removed before anybody listened.
        await commands.FindAsync(container.Id, request.Cancellation);
        await request.StartAsync("application/json");
        try
        {
            ContainerFigures? before = null;
            await foreach (var figures in ReadOnAsync(container.Id, end.Token))
            {
                await request.WriteLineAsync(StatsWire.Of(container.Id, name, figures, before), DockerJson.Default.StatsReply);
                before = figures;
            }
        }
        catch (OperationCanceledException) when (removed)
        {
            // All has been said about it.
        }
    }

    /// <summary>A worker that has gone comes back: until then there is nothing to tell.</summary>
    private async IAsyncEnumerable<ContainerFigures?> ReadOnAsync(string id, [EnumeratorCancellation] CancellationToken cancellation)
    {
        for (; ; await Task.Delay(BetweenTries, time, cancellation))
        {
            await using var lines = ReadAsync(id, once: false, cancellation).GetAsyncEnumerator(cancellation);
            while (await NextAsync(lines))
                yield return lines.Current;
        }
    }

    private static async Task<bool> NextAsync(IAsyncEnumerator<ContainerFigures?> lines)
    {
        try
        {
            return await lines.MoveNextAsync();
        }
        catch (Exception e) when (e is IOException or HttpRequestException or WorkerAwayException)
        {
            return false;
        }
    }

    private async IAsyncEnumerable<ContainerFigures?> ReadAsync(string id, bool once, [EnumeratorCancellation] CancellationToken cancellation)
    {
        using var answer = await WorkerStream.GetAsync(worker, $"{WorkerStreams.Stats(id)}?once={(once ? 1 : 0)}", cancellation);
        using var lines = new StreamReader(await answer.Content.ReadAsStreamAsync(cancellation));
        while (await lines.ReadLineAsync(cancellation) is { } line)
            yield return JsonSerializer.Deserialize(line, DockerJson.Default.ContainerFigures);
    }
}
