using Shiplog.Domain.Containers;
using Shiplog.Server.DockerApi;
using Shiplog.Server.Orders;

namespace Shiplog.Server.Containers;

/// <summary>POST /containers/{id}/unpause</summary>
internal sealed class UnpauseContainerEndpoint(ContainerCommands commands, TimeProvider time) : IDockerEndpoint
{
    public async Task HandleAsync(DockerRequest request)
    {
        var container = await commands.FindAsync(request.Name, request.Cancellation);
        var context = request.NewCommand();
        var command = new UnpauseContainer(context.CommandId);
        if (await commands.AcceptAsync<ContainerUnpauseRequested>(
                container.Id, c => UnpauseContainer.Decide(command, c, time.GetUtcNow()), context) is { } intent)
            await commands.CarryOutAsync(OrderFactory.Unpause(intent), $"cannot unpause container {container.Id}: ");
        await request.NoContentAsync();
    }
}
