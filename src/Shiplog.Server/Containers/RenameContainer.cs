using Shiplog.Domain;
using Shiplog.Domain.Containers;
using Shiplog.Server.DockerApi;
using Shiplog.Server.Store;

namespace Shiplog.Server.Containers;

/// <summary>POST /containers/{id}/rename: decided and done in one event.</summary>
internal sealed class RenameContainerEndpoint(IEventLog log, ContainerCommands commands, TimeProvider time) : IDockerEndpoint
{
    private const string Allocating = "Error when allocating new name: ";

    public async Task HandleAsync(DockerRequest request)
    {
        var container = await commands.FindAsync(request.Name, request.Cancellation);
        var context = request.NewCommand();
        var command = new RenameContainer(context.CommandId, request.Query("name") ?? "");
        var decision = await log.DecideAsync<Container>(
            Streams.Container(container.Id), c => RenameContainer.Decide(command, c, time.GetUtcNow()), context, CancellationToken.None);
        if (decision is Decision.Refused { Reason.Kind: RefusalKind.Conflict })
            throw await NameInUse.ByAsync(log, command.Name, Allocating);
        ContainerCommands.Accepted<ContainerRenamed>(decision, command.Name is "" || ContainerName.TryParse(command.Name, out _) ? "" : Allocating);
        await request.NoContentAsync();
    }
}
