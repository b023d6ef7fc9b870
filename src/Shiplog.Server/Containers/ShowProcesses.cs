using Shiplog.Contracts.Orders;
using Shiplog.Domain.Containers;
using Shiplog.Server.DockerApi;
using Shiplog.Server.Orders;

namespace Shiplog.Server.Containers;

/// <summary>GET /containers/{id}/top: the host's ps about the container's processes.</summary>
internal sealed class ShowProcesses(ContainerCommands commands, IWorker worker) : IDockerEndpoint
{
    public async Task HandleAsync(DockerRequest request)
    {
        var container = await commands.FindAsync(request.Name, request.Cancellation);
        if (container.Status is ContainerStatus.Restarting)
            throw DockerException.Conflict($"Container {container.Id} is restarting, wait until the container is running");
        if (!container.IsUp)
            throw DockerException.Conflict($"container {container.Id} is not running");
        using var answer = await WorkerStream.GetAsync(
            worker, $"{WorkerStreams.Top(container.Id)}?ps_args={Uri.EscapeDataString(request.Query("ps_args") ?? "")}", request.Cancellation);
        await request.StartAsync("application/json");
        await WorkerStream.CopyAsync(answer, request.Response, request.Cancellation);
    }
}
