using Shiplog.Domain;
using Shiplog.Domain.Volumes;
using Shiplog.Server.Containers;
using Shiplog.Server.DockerApi;
using Shiplog.Server.DockerApi.Dto;
using Shiplog.Server.Orders;
using Shiplog.Server.Store;

namespace Shiplog.Server.Volumes;

/// <summary>DELETE /volumes/{name}</summary>
internal sealed class RemoveVolumeEndpoint(VolumeRemover remover) : IDockerEndpoint
{
    public async Task HandleAsync(DockerRequest request)
    {
        await remover.RemoveAsync(request.Name, request.Flag("force"), request.NewCommand());
        await request.NoContentAsync();
    }
}

/// <summary>POST /volumes/prune: what no container mounts; of volumes that somebody named, only with <c>all=true</c>.</summary>
internal sealed class PruneVolumes(IVolumeLog log, IEventLog containers, VolumeRemover remover) : IDockerEndpoint
{
    public async Task HandleAsync(DockerRequest request)
    {
        var filters = Filters.Read(request.Query("filters"), "label", "label!", "all");
        if (filters["all"].FirstOrDefault(a => a is not ("true" or "false" or "1" or "0")) is { } bad)
            throw DockerException.Invalid($"invalid filter 'all={bad}'");
        // Until 1.42 a prune took named ones too.
        var named = !request.Version.AtLeast(42) || filters["all"].Any(a => a is "true" or "1");
        var used = (await containers.ListContainersAsync(request.Cancellation)).SelectMany(c => c.Mounts).Select(m => m.Name).ToHashSet();
        var (deleted, freed) = (new List<string>(), 0L);
        foreach (var volume in await log.ListVolumesAsync(request.Cancellation))
        {
            if (used.Contains(volume.Name) || !filters.Labels("label", volume.Labels)
                || (filters.Has("label!") && filters.Labels("label!", volume.Labels))
                || (!named && !volume.Labels.ContainsKey(VolumeWanted.AnonymousLabel)))
                continue;
            if (await remover.TryRemoveAsync(volume.Name, request.NewCommand("prune")) is not { } bytes)
                continue;
            deleted.Add(volume.Name);
            freed += bytes;
        }
        await request.WriteJsonAsync(new VolumesPruneReply([.. deleted], freed), DockerJson.Default.VolumesPruneReply);
    }
}

/// <summary>Removes a volume: the intent, which also sees to it that nobody mounts it, then the order.</summary>
internal sealed class VolumeRemover(IVolumeLog log, IEventFeed feed, ContainerCommands commands, TimeProvider time)
{
    // The fact is in the log when the order's outcome is here; its announcement in this process is on its way.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    /// <returns>How many bytes it took.</returns>
    /// <exception cref="DockerException">It is refused, or came to nothing.</exception>
    public async Task<long> RemoveAsync(string name, bool force, CommandContext context)
    {
        var removed = new TaskCompletionSource<long>(TaskCreationOptions.RunContinuationsAsynchronously);
        using var subscription = feed.Subscribe(Streams.Volume(name), e =>
        {
            if (e is VolumeRemoved fact && fact.CommandId == context.CommandId)
                removed.TrySetResult(fact.FreedBytes);
        });
        var command = new RemoveVolume(context.CommandId, name, force);
        var decision = await log.DecideVolumeAsync(
            name, (volume, users) => RemoveVolume.Decide(command, volume, users, time.GetUtcNow()), context, CancellationToken.None);
        if (ContainerCommands.Accepted<VolumeRemoveRequested>(decision) is not { } intent)
            return 0;
        await commands.CarryOutAsync(OrderFactory.RemoveVolume(intent), $"remove {name}: ");
        return await removed.Task.WaitAsync(Patience, time);
    }

    /// <returns><see langword="null"/> where somebody began to use it, or removed it, in between.</returns>
    public async Task<long?> TryRemoveAsync(string name, CommandContext context)
    {
        try
        {
            return await RemoveAsync(name, force: false, context);
        }
        catch (DockerException e) when (e.Status is 404 or 409)
        {
            return null;
        }
    }
}
