using Shiplog.Domain.Containers;
using Shiplog.Domain.Networks;
using Shiplog.Server.Containers;
using Shiplog.Server.DockerApi;
using Shiplog.Server.DockerApi.Dto;
using Shiplog.Server.Orders;
using Shiplog.Server.Store;

namespace Shiplog.Server.Networks;

/// <summary>DELETE /networks/{id}</summary>
internal sealed class RemoveNetworkEndpoint(NetworkDirectory networks, NetworkRemover remover) : IDockerEndpoint
{
    public async Task HandleAsync(DockerRequest request)
    {
        var network = await networks.GetAsync(request.Name, request.Cancellation);
        await remover.RemoveAsync(network, request.Name, request.NewCommand());
        await request.NoContentAsync();
    }
}

/// <summary>POST /networks/prune: what no container is to be in, whether it runs or not.</summary>
internal sealed class PruneNetworks(IEventLog log, NetworkRemover remover, TimeProvider time) : IDockerEndpoint
{
    public async Task HandleAsync(DockerRequest request)
    {
        var filters = Filters.Read(request.Query("filters"), "label", "label!", "until");
        var until = PruneFilters.Until(filters, time.GetUtcNow());
        var used = (await log.ListContainersAsync(request.Cancellation))
            .SelectMany(c => c.Places.Select(p => p.Endpoint.NetworkId).Concat(c.Networks?.Select(n => n.NetworkId) ?? [])).ToHashSet();
        var deleted = new List<string>();
        foreach (var network in await log.ListNetworksAsync(request.Cancellation))
        {
            if (network.IsPredefined || used.Contains(network.Id) || network.CreatedAt > until || !PruneFilters.Labels(filters, network.Labels))
                continue;
            if (await TryRemoveAsync(network, request))
                deleted.Add(network.Name);
        }
        await request.WriteJsonAsync(new NetworksPruned(deleted is [] ? null : [.. deleted]), DockerJson.Default.NetworksPruned);
    }

    /// <returns>False where somebody joined it, or removed it, in between.</returns>
    private async Task<bool> TryRemoveAsync(Network network, DockerRequest request)
    {
        try
        {
            await remover.RemoveAsync(network, network.Name, request.NewCommand(PruneFilters.Cause));
            return true;
        }
        catch (DockerException e) when (e.Status is 403 or 404)
        {
            return false;
        }
    }
}

/// <summary>Removes a network: the intent, from which on nobody joins it, then the order.</summary>
internal sealed class NetworkRemover(INetworkLog log, ContainerCommands commands, TimeProvider time)
{
    /// <param name="named">As the client named it.</param>
    /// <exception cref="DockerException">It is refused, or came to nothing.</exception>
    public async Task RemoveAsync(Network network, string named, CommandContext context)
    {
        var command = new RemoveNetwork(context.CommandId, named);
        var decision = await log.DecideNetworkAsync(
            network.Id, (state, users) => RemoveNetwork.Decide(command, state, users, time.GetUtcNow()), context, CancellationToken.None);
        if (ContainerCommands.Accepted<NetworkRemoveRequested>(decision) is { } intent)
            await commands.CarryOutAsync(OrderFactory.RemoveNetwork(intent, network));
    }
}
