using Shiplog.Domain.Containers;
using Shiplog.Server.DockerApi;
using Shiplog.Server.DockerApi.Dto;
using Shiplog.Server.Orders;
using Shiplog.Server.Store;

namespace Shiplog.Server.Containers;

/// <summary>POST /containers/prune: each container that does not run, by a removal of its own with the cause <c>prune</c>.</summary>
internal sealed class PruneContainers(IEventLog log, ContainerCommands commands, IEventFeed feed, TimeProvider time) : IDockerEndpoint
{
    public async Task HandleAsync(DockerRequest request)
    {
        var now = time.GetUtcNow();
        var filters = Filters.Read(request.Query("filters"), "label", "label!", "until");
        var until = PruneFilters.Until(filters, now);
        var removed = new List<string>();
        var freed = 0L;
        foreach (var container in (await log.ListContainersAsync(request.Cancellation)).Where(IsPast))
        {
            if (container.CreatedAt > until || !PruneFilters.Labels(filters, container.Config?.Labels ?? []))
                continue;
            if (await RemoveAsync(container, request) is not { } bytes)
                continue;
            removed.Add(container.Id);
            freed += bytes;
        }
        await request.WriteJsonAsync(new ContainersPruned(removed is [] ? null : [.. removed], freed), DockerJson.Default.ContainersPruned);
    }

    private static bool IsPast(Container c) =>
        c.Status is ContainerStatus.Created or ContainerStatus.Exited or ContainerStatus.Dead && c.OpenCommand is null;

    /// <returns>The bytes that it freed; <see langword="null"/> where somebody else was quicker and started or removed it.</returns>
    private async Task<long?> RemoveAsync(Container container, DockerRequest request)
    {
        var freed = 0L;
        using var subscription = feed.Subscribe(Streams.Container(container.Id), e => freed = (e as ContainerRemoved)?.FreedBytes ?? freed);
        var context = request.NewCommand(PruneFilters.Cause);
        var command = new RemoveContainer(context.CommandId, Force: false, Volumes: false);
        try
        {
            if (await commands.AcceptAsync<ContainerRemoveRequested>(
                    container.Id, c => RemoveContainer.Decide(command, c, time.GetUtcNow()), context) is { } intent)
                await commands.CarryOutAsync(OrderFactory.Remove(intent) with { Measure = true, ImageId = container.ImageId });
            return freed;
        }
        catch (DockerException e) when (e.Status is 404 or 409)
        {
            return null;
        }
    }
}
