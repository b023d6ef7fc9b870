using Shiplog.Domain.Containers;
using Shiplog.Domain.Images;
using Shiplog.Server.DockerApi;
using Shiplog.Server.DockerApi.Dto;
using Shiplog.Server.Images;
using Shiplog.Server.Orders;
using Shiplog.Server.Store;

namespace Shiplog.Server.Containers;

/// <summary>POST /commit</summary>
internal sealed class CommitContainerEndpoint(
    IEventLog log, IEventFeed feed, ContainerCommands commands, TimeProvider time) : IDockerEndpoint
{
    private static readonly HashSet<string> Unhonourable =
        new(["NetworkDisabled", "MacAddress"], StringComparer.OrdinalIgnoreCase);

    // The fact is in the log when the order's outcome is here; its announcement in this process is on its way.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    public async Task HandleAsync(DockerRequest request)
    {
        var body = await request.ReadJsonAsync(DockerJson.Default.CreateContainerBody);
        // Clients repeat the query's parameters in the body; only what is a container's configuration says something here.
        Unhonoured.Refuse("", body?.Others?.Where(o => Unhonourable.Contains(o.Key)).ToDictionary());
        var reference = NewImage.Name(request, "refusing to create a tag with a digest reference");
        var container = await commands.FindAsync(request.Query("container") ?? "", request.Cancellation);
        var parent = await log.FindImageAsync(container.ImageId, request.Cancellation) ?? throw DockerException.NoSuchImage(container.ImageId);
        var context = request.NewCommand();
        var command = new CommitContainer(
            context.CommandId, reference?.ToString(), request.Query("author"), request.Query("comment"),
            body is null ? null : RequestedContainer.Config(body, ""), NewImage.Changes(request), request.Flag("pause", otherwise: true));
        var id = await CommitAsync(command, container, parent, context);
        await request.WriteJsonAsync(new CommitReply(id), DockerJson.Default.CommitReply, 201);
    }

    /// <returns>The new image's id, which the worker's fact tells.</returns>
    private async Task<string> CommitAsync(CommitContainer command, Container container, Image parent, CommandContext context)
    {
        var committed = new TaskCompletionSource<string>(TaskCreationOptions.RunContinuationsAsynchronously);
        using var subscription = feed.Subscribe(Streams.Container(container.Id), e =>
        {
            if (e is ContainerCommitted fact && fact.CommandId == command.CommandId)
                committed.TrySetResult(fact.ImageId);
        });
        var intent = await commands.AcceptAsync<ContainerCommitRequested>(
            container.Id, c => CommitContainer.Decide(command, c, parent, time.GetUtcNow()), context)
            ?? throw new InvalidOperationException("a new commit has been accepted before");
        await commands.CarryOutAsync(OrderFactory.Commit(container, intent));
        return await committed.Task.WaitAsync(Patience, time);
    }
}
