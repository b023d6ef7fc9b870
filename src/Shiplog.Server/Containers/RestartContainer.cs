using Shiplog.Server.DockerApi;

namespace Shiplog.Server.Containers;

/// <summary>POST /containers/{id}/restart: a stop where it runs, and a start, with one correlation.</summary>
internal sealed class RestartContainer(ContainerCommands commands, ContainerStopper stopper, ContainerStarter starter) : IDockerEndpoint
{
    /// <summary>The cause of both commands, by which the events tell a restart from a start.</summary>
    public const string Cause = "restart";

    public async Task HandleAsync(DockerRequest request)
    {
        var container = await commands.FindAsync(request.Name, request.Cancellation);
        if (container.IsUp)
            await stopper.StopAsync(container.Id, request, request.NewCommand(Cause), keep: true);
        await starter.StartAsync(container.Id, request, request.NewCommand(Cause));
        await request.NoContentAsync();
    }
}
