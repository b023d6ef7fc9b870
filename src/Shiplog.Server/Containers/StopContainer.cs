using Shiplog.Contracts;
using Shiplog.Domain.Containers;
using Shiplog.Server.DockerApi;
using Shiplog.Server.Orders;
using Shiplog.Server.Store;

namespace Shiplog.Server.Containers;

/// <summary>POST /containers/{id}/stop</summary>
internal sealed class StopContainerEndpoint(ContainerStopper stopper, ContainerCommands commands) : IDockerEndpoint
{
    public async Task HandleAsync(DockerRequest request)
    {
        var container = await commands.FindAsync(request.Name, request.Cancellation);
        await stopper.StopAsync(container.Id, request, request.NewCommand());
        await request.NoContentAsync();
    }
}

/// <summary>Stops a container; its exit is recorded when this returns.</summary>
internal sealed class ContainerStopper(ContainerCommands commands, Instance instance, TimeProvider time)
{
    /// <param name="keep">It is started again right after: one that removes itself when it stops stays.</param>
    /// <exception cref="DockerException">It is refused (304 where it does not run), or came to nothing.</exception>
    public async Task StopAsync(string containerId, DockerRequest request, CommandContext context, bool keep = false)
    {
        var command = new StopContainer(
            context.CommandId, request.Version.AtLeast(42) ? request.Query("signal") : null, request.Number("t"), instance.Settings.StopTimeout, keep);
        var intent = await commands.AcceptAsync<ContainerStopRequested>(
            containerId, c => StopContainer.Decide(command, c, time.GetUtcNow()), context);
        if (intent is not null)
            await commands.CarryOutAsync(OrderFactory.Stop(intent), $"cannot stop container: {request.Name}: ");
    }
}
