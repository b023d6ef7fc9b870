using Shiplog.Contracts.Orders;
using Shiplog.Domain.Containers;
using Shiplog.Server.DockerApi;
using Shiplog.Server.Orders;

namespace Shiplog.Server.Containers;

/// <summary>POST /containers/{id}/resize. The size of a terminal is no transition: nothing is recorded.</summary>
internal sealed class ResizeContainer(ContainerCommands commands, IWorker worker) : IDockerEndpoint
{
    public async Task HandleAsync(DockerRequest request)
    {
        var (height, width) = (Size(request, "h"), Size(request, "w"));
        var container = await commands.FindAsync(request.Name, request.Cancellation);
        if (container.Status is not ContainerStatus.Running and not ContainerStatus.Paused)
            throw DockerException.Conflict($"container {container.Id} is not running");
        using var answer = await WorkerStream.PostAsync(
            worker, $"{WorkerStreams.Resize(container.Id)}?w={width}&h={height}", null, request.Cancellation);
        request.Response.StatusCode = 200;
    }

    /// <exception cref="DockerException">It is no number of characters.</exception>
    public static int Size(DockerRequest request, string key) => request.Number(key) is { } size and >= 0
        ? size
        : throw DockerException.Invalid($"invalid resize {(key is "h" ? "height" : "width")} \"{request.Query(key)}\"");
}
