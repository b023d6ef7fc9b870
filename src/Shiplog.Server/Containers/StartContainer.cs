using Shiplog.Domain;
using Shiplog.Domain.Containers;
using Shiplog.Domain.Networks;
using Shiplog.Server.DockerApi;
using Shiplog.Server.Networks;
using Shiplog.Server.Orders;
using Shiplog.Server.Store;
using Shiplog.Server.Volumes;
using FailureKind = Shiplog.Contracts.Orders.FailureKind;
using OrderFailure = Shiplog.Contracts.Orders.OrderFailure;

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
    // As often as dockerd looks for another port where any would do.
    private const int MostBusyPorts = 10;

    /// <param name="idOrName">A full id costs no query.</param>
    /// <exception cref="DockerException">It is refused, or came to nothing.</exception>
    public async Task StartAsync(string idOrName, DockerRequest request, CommandContext context)
    {
        var id = await commands.IdOfAsync(idOrName, request.Cancellation);
        var busy = new List<PublishPorts.Taken>();
        for (; ; context = request.NewCommand(context.Cause))
        {
            var (container, failure) = await TryAsync(id, idOrName, busy, request, context);
            if (failure is null)
                return;
            if (busy.Count < MostBusyPorts && Elsewhere(container, failure) is { } port)
            {
                busy.Add(port);
                continue;
            }
            if (container.Host is { AutoRemove: true })
                await RemoveAsync(id, request);
            throw DockerErrors.OfStart(failure);
        }
    }

    /// <summary>The port that another program has, where the container would do with another one.</summary>
    private static PublishPorts.Taken? Elsewhere(Container container, OrderFailure failure) =>
        failure.BusyPort is { } p && PublishPorts.Movable(container, new PublishedPort(p.HostIp, p.HostPort, p.ContainerPort, p.Protocol))
            ? new PublishPorts.Taken(p.HostIp, p.HostPort, p.Protocol)
            : null;

    private async Task<(Container Container, OrderFailure? Failure)> TryAsync(
        string id, string idOrName, IReadOnlyCollection<PublishPorts.Taken> busy, DockerRequest request, CommandContext context)
    {
        var bridge = await networks.BridgeAsync(request.Cancellation);
        Container? container = null;
        Decision decision;
        try
        {
            decision = await log.DecideStartAsync(id, bridge, Decide, context, CancellationToken.None, busy);
        }
        catch (Exception e) when (e is NoFreeAddressException or AddressInUseException)
        {
            if ((await commands.FindAsync(id, CancellationToken.None)).Host is { AutoRemove: true })
                await RemoveAsync(id, request);
            throw;
        }

        // A network of its that is gone is refused before the container is judged.
        if (container is { Status: ContainerStatus.Absent or ContainerStatus.Removed })
            throw DockerException.NoSuchContainer(idOrName);
        if (ContainerCommands.Accepted<ContainerStartRequested>(decision) is not { } intent || container is null)
            return (container ?? Container.Absent, null);
        // Accepted and failed at once: what it needs of the host is not to be had.
        if (ContainerCommands.Accepted<ContainerCommandFailed>(decision) is { } failed)
            return (container, new OrderFailure(failed.Step ?? "", Enum.Parse<FailureKind>(failed.Kind), failed.Error, failed.ExitCode));
        var order = orders.Start(container, intent, await volumes.OfAsync(container, CancellationToken.None));
        return (container, (await worker.SendAsync(order, CancellationToken.None)).Failure);

        Decision Decide(Container state, IReadOnlyList<NetworkEndpoint> endpoints)
        {
            container = state;
            return StartContainer.Decide(new StartContainer(context.CommandId), state, endpoints, time.GetUtcNow());
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
