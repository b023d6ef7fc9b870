using Shiplog.Domain.Containers;
using Shiplog.Server.DockerApi;
using Shiplog.Server.Orders;

namespace Shiplog.Server.Containers;

/// <summary>POST /containers/{id}/pause</summary>
internal sealed class PauseContainerEndpoint(ContainerCommands commands, TimeProvider time) : IDockerEndpoint
{
    public async Task HandleAsync(DockerRequest request)
    {
        var container = await commands.FindAsync(request.Name, request.Cancellation);
        var context = request.NewCommand();
        var command = new PauseContainer(context.CommandId);
        if (await commands.AcceptAsync<ContainerPauseRequested>(
                container.Id, c => PauseContainer.Decide(command, c, time.GetUtcNow()), context) is { } intent)
            await commands.CarryOutAsync(OrderFactory.Pause(intent), $"cannot pause container {container.Id}: ");
        await request.NoContentAsync();
    }
}
