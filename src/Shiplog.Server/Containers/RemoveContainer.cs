using Shiplog.Domain.Containers;
using Shiplog.Server.DockerApi;
using Shiplog.Server.Orders;
using Shiplog.Server.Store;

namespace Shiplog.Server.Containers;

/// <summary>DELETE /containers/{id}</summary>
internal sealed class RemoveContainerEndpoint(
    ContainerCommands commands, ContainerKiller killer, IEventFeed feed, TimeProvider time) : IDockerEndpoint
{
    public async Task HandleAsync(DockerRequest request)
    {
        if (request.Flag("link"))
            throw DockerException.NotBuilt("removing a link");
        var force = request.Flag("force");
        var prefix = $"cannot remove container \"{request.Name}\": ";
        var container = await commands.FindAsync(request.Name, request.Cancellation);
        using var watch = new ContainerWatch(feed, container.Id);
        if (force && container.IsUp && await TryKillAsync(container, request, prefix) && container.Host is { AutoRemove: true })
        {
            // It removes itself; asking for it once more would only meet the removal under way.
            await watch.Removal.WaitAsync(request.Cancellation);
            await request.NoContentAsync();
            return;
        }
        var context = request.NewCommand();
        var command = new RemoveContainer(context.CommandId, force, request.Flag("v"));
        if (await commands.AcceptAsync<ContainerRemoveRequested>(
                container.Id, c => RemoveContainer.Decide(command, c, time.GetUtcNow()), context, prefix) is { } intent)
            await commands.CarryOutAsync(OrderFactory.Remove(intent), prefix);
        await request.NoContentAsync();
    }

    /// <returns>False where it ended by itself in between: the removal's own decision judges what is there now.</returns>
    private async Task<bool> TryKillAsync(Container container, DockerRequest request, string prefix)
    {
        try
        {
            await killer.KillAsync(container.Id, "KILL", request.NewCommand(), prefix);
            return true;
        }
        catch (DockerException e) when (e.Status is 404 or 409)
        {
            return false;
        }
    }
}
