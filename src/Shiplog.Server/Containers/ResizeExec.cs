using Shiplog.Contracts.Orders;
using Shiplog.Domain.Containers;
using Shiplog.Server.DockerApi;
using Shiplog.Server.Orders;
using Shiplog.Server.Store;

namespace Shiplog.Server.Containers;

/// <summary>POST /exec/{id}/resize. Clients send it beside the start, so it waits for the program. Nothing is recorded.</summary>
internal sealed class ResizeExec(IEventLog events, IEventFeed feed, IWorker worker, TimeProvider time) : IDockerEndpoint
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    public async Task HandleAsync(DockerRequest request)
    {
        var (height, width) = (ResizeContainer.Size(request, "h"), ResizeContainer.Size(request, "w"));
        var (container, exec) = await events.FindExecAsync(request.Name, request.Cancellation) ?? throw DockerException.NoSuchExec(request.Name);
        await StartedAsync(container, exec, request.Cancellation);
        // A program without a terminal has no size to change.
        if (exec.Tty)
        {
            using var answer = await WorkerStream.PostAsync(
                worker, $"{WorkerStreams.ResizeExec(container.Id, exec.Id)}?w={width}&h={height}", null, request.Cancellation);
        }
        request.Response.StatusCode = 200;
    }

    private async Task StartedAsync(Container container, Exec exec, CancellationToken cancellation)
    {
        var started = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        using var watch = feed.Subscribe(Streams.Container(container.Id), e =>
        {
            if (e is ExecStarted or ExecFailed && Exec.IdOf(e) == exec.Id)
                started.TrySetResult();
        });
        var now = (await events.FindExecAsync(exec.Id, cancellation))?.Exec.Status;
        if (now is ExecStatus.Ended or null)
            throw DockerException.Conflict($"exec {exec.Id} is not running");
        if (now is ExecStatus.Running)
            return;
        try
        {
            await started.Task.WaitAsync(Patience, time, cancellation);
        }
        catch (TimeoutException)
        {
            throw new DockerException(500, "timeout waiting for exec session ready");
        }
    }
}
