using Shiplog.Domain.Containers;
using Shiplog.Server.DockerApi;
using Shiplog.Server.DockerApi.Dto;
using Shiplog.Server.Store;

namespace Shiplog.Server.Containers;

/// <summary>POST /containers/{id}/wait</summary>
internal sealed class WaitForContainer(ContainerCommands commands, IEventFeed feed) : IDockerEndpoint
{
    public async Task HandleAsync(DockerRequest request)
    {
        var condition = (request.Version.AtLeast(30) ? request.Query("condition") : null) ?? "not-running";
        if (condition is not ("not-running" or "next-exit" or "removed"))
            throw DockerException.Invalid($"invalid condition: \"{condition}\"");
        var id = await commands.IdOfAsync(request.Name, request.Cancellation);
        using var watch = new ContainerWatch(feed, id);
        var container = await commands.FindAsync(id, request.Cancellation);
        if (request.Version.AtLeast(30))
            await request.StartAsync("application/json");
        var reply = await EndAsync(condition, container, watch, request.Cancellation);
        if (request.Response.HasStarted)
            await request.WriteLineAsync(reply, DockerJson.Default.WaitReply);
        else
            await request.WriteJsonAsync(reply, DockerJson.Default.WaitReply);
    }

    private static async Task<WaitReply> EndAsync(
        string condition, Container container, ContainerWatch watch, CancellationToken cancellation)
    {
        if (condition is "removed")
        {
            var end = await watch.Removal.WaitAsync(cancellation);
            return new WaitReply(end.ExitCode ?? container.ExitCode, end.Error is { } error ? new WaitError(error) : null);
        }
        return condition is "not-running" && !container.IsUp
            ? new WaitReply(container.ExitCode)
            : new WaitReply(await watch.Exit.WaitAsync(cancellation) ?? container.ExitCode);
    }
}
