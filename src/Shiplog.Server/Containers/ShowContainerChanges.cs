using System.Text.Json;
using Shiplog.Contracts.Orders;
using Shiplog.Server.DockerApi;
using Shiplog.Server.DockerApi.Dto;
using Shiplog.Server.Orders;

namespace Shiplog.Server.Containers;

/// <summary>GET /containers/{id}/changes: <c>docker diff</c>.</summary>
internal sealed class ShowContainerChanges(ContainerCommands commands, IWorker worker) : IDockerEndpoint
{
    public async Task HandleAsync(DockerRequest request)
    {
        var container = await commands.FindAsync(request.Name, request.Cancellation);
        using var answer = await WorkerStream.GetAsync(
            worker, $"{WorkerStreams.Changes(container.Id)}?image={container.ImageId}", request.Cancellation);
        await using var body = await answer.Content.ReadAsStreamAsync(request.Cancellation);
        var changes = await JsonSerializer.DeserializeAsync(body, DockerJson.Default.FileChangeArray, request.Cancellation);
        // Docker says null where there are none.
        FileChangeDto[]? items = changes is null or [] ? null : [.. changes.Select(c => new FileChangeDto(c.Path, c.Kind))];
        await request.WriteJsonAsync(items, DockerJson.Default.FileChangeDtoArray!);
    }
}
