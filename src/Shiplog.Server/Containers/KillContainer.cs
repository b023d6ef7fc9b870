using Shiplog.Domain.Containers;
using Shiplog.Server.DockerApi;
using Shiplog.Server.Orders;
using Shiplog.Server.Store;

namespace Shiplog.Server.Containers;

/// <summary>POST /containers/{id}/kill</summary>
internal sealed class KillContainerEndpoint(ContainerKiller killer, ContainerCommands commands) : IDockerEndpoint
{
    public async Task HandleAsync(DockerRequest request)
    {
        var signal = request.Query("signal") ?? "KILL";
        var prefix = $"cannot kill container: {request.Name}: ";
        var container = await commands.FindAsync(request.Name, request.Cancellation, prefix);
        await killer.KillAsync(container.Id, signal, request.NewCommand(), prefix);
        await request.NoContentAsync();
    }
}

/// <summary>Sends a signal; after one that cannot be caught, the exit is recorded when this returns.</summary>
internal sealed class ContainerKiller(ContainerCommands commands, IEventFeed feed, TimeProvider time)
{
    // What cannot die within this hangs in the kernel; the client is told that the signal was sent.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    /// <exception cref="DockerException">It is refused, or came to nothing.</exception>
    public async Task KillAsync(string containerId, string signal, CommandContext context, string prefix)
    {
        using var watch = new ContainerWatch(feed, containerId);
        var command = new KillContainer(context.CommandId, signal);
        var intent = await commands.AcceptAsync<ContainerKillRequested>(
            containerId, c => KillContainer.Decide(command, c, time.GetUtcNow()), context, prefix);
        if (intent is null)
            return;
        await commands.CarryOutAsync(OrderFactory.Kill(intent), prefix);
        if (UnixSignal.TryParse(signal, out var number) && number == 9)
            await ExitAsync(watch, containerId);
    }

    private async Task ExitAsync(ContainerWatch watch, string containerId)
    {
        try
        {
            await watch.Exit.WaitAsync(Patience, time);
        }
        catch (TimeoutException)
        {
            throw new DockerException(500, $"container {containerId} did not end within {Patience.TotalSeconds} s of SIGKILL: it hangs in the kernel");
        }
    }
}
