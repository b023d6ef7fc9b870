using Shiplog.Domain;
using Shiplog.Domain.Containers;
using Shiplog.Server.DockerApi;
using Shiplog.Server.Networks;
using Shiplog.Server.Orders;
using Shiplog.Server.Store;
using Shiplog.Server.Volumes;

namespace Shiplog.Server.Containers;

/// <summary>POST /containers/{id}/start</summary>
internal sealed class StartContainerEndpoint(ContainerStarter starter) : IDockerEndpoint
{
    public async Task HandleAsync(DockerRequest request)
    {
        if (request.Query("checkpoint") is not null)
            throw DockerException.NotBuilt("starting from a checkpoint");
        await starter.StartAsync(request.Name, request, request.NewCommand());
        await request.NoContentAsync();
    }
}

/// <summary>Starts a container: the lease of its address and the intent in one transaction, then the order.</summary>
internal sealed class ContainerStarter(
    IEventLog log, IWorker worker, OrderFactory orders, NetworkDirectory networks, VolumeDirectory volumes, ContainerCommands commands, TimeProvider time,
    ILogger<ContainerStarter> logger)
{
    /// <param name="idOrName">A full id costs no query.</param>
    /// <exception cref="DockerException">It is refused, or came to nothing.</exception>
    public async Task StartAsync(string idOrName, DockerRequest request, CommandContext context)
    {
        var id = await commands.IdOfAsync(idOrName, request.Cancellation);
        var bridge = await networks.FindAsync("bridge", request.Cancellation);
        var container = Container.Absent;
        Decision decision;
        try
        {
            decision = await log.DecideStartAsync(id, bridge, Decide, context, CancellationToken.None);
        }
        catch (NoFreeAddressException)
        {
            if ((await commands.FindAsync(id, CancellationToken.None)).Host is { AutoRemove: true })
                await RemoveAsync(id, request);
            throw;
        }

        if (container.Status is ContainerStatus.Absent or ContainerStatus.Removed)
            throw DockerException.NoSuchContainer(idOrName);
        if (ContainerCommands.Accepted<ContainerStartRequested>(decision) is not { } intent)
            return;
        var order = orders.Start(container, intent, await volumes.OfAsync(container, CancellationToken.None));
        var outcome = await worker.SendAsync(order, CancellationToken.None);
        if (outcome.Failure is not { } failure)
            return;
        if (container.Host is { AutoRemove: true })
            await RemoveAsync(container.Id, request);
        throw DockerErrors.OfStart(failure);

        Decision Decide(Container state, NetworkEndpoint? endpoint)
        {
            container = state;
            return StartContainer.Decide(
                new StartContainer(context.CommandId), state, state.Host?.NetworkMode is "bridge" ? endpoint : null, time.GetUtcNow());
        }
    }

    /// <summary>A container that removes itself does so too when its program could not be run: the docker CLI waits for it.</summary>
    private async Task RemoveAsync(string id, DockerRequest request)
    {
        try
        {
            var context = request.NewCommand("auto-remove") with { Actor = "system" };
            var command = new RemoveContainer(context.CommandId, Force: true, Volumes: true);
            if (await commands.AcceptAsync<ContainerRemoveRequested>(
                    id, c => RemoveContainer.Decide(command, c, time.GetUtcNow()), context) is { } intent)
                await commands.CarryOutAsync(OrderFactory.Remove(intent));
        }
        catch (Exception e) when (e is DockerException or StoreAwayException or WorkerAwayException)
        {
            // The client is told why the start failed; the open removal is driven again.
            Log.NotAutoRemoved(logger, id, e.Message);
        }
    }
}
