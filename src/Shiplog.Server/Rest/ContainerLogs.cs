using Shiplog.Contracts.Orders;
using Shiplog.Server.DockerApi;
using Shiplog.Server.Orders;

namespace Shiplog.Server.Rest;

/// <summary>A container's output as plain text, both streams as they came: of a removed one the last lines, while they are kept.</summary>
internal sealed class ContainerLogs(IWorker worker)
{
    /// <param name="tail">The last so many lines.</param>
    /// <exception cref="WorkerAwayException">The worker does not answer.</exception>
    public async Task ServeAsync(HttpContext context, string containerId, int tail, bool timestamps)
    {
        // To a terminal's log the worker adds no headers of its own.
        using var answer = await WorkerStream.GetAsync(
            worker, $"{WorkerStreams.Logs(containerId)}?stdout=1&stderr=1&tty=1&tail={tail}&timestamps={(timestamps ? 1 : 0)}", context.RequestAborted);
        context.Response.ContentType = "text/plain; charset=utf-8";
        await WorkerStream.CopyAsync(answer, context.Response, context.RequestAborted);
    }
}
