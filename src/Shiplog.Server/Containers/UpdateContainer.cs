using Shiplog.Domain.Containers;
using Shiplog.Domain.Containers.Rules;
using Shiplog.Server.DockerApi;
using Shiplog.Server.DockerApi.Dto;
using Shiplog.Server.Engine;
using Shiplog.Server.Orders;

namespace Shiplog.Server.Containers;

/// <summary>POST /containers/{id}/update: what runs gets its limits from the worker, what does not with its next start.</summary>
internal sealed class UpdateContainerEndpoint(ContainerCommands commands, KernelFeatures kernel, TimeProvider time) : IDockerEndpoint
{
    public async Task HandleAsync(DockerRequest request)
    {
        var body = await request.ReadJsonAsync(DockerJson.Default.UpdateContainerBody)
            ?? throw DockerException.Invalid("invalid JSON: got EOF while reading request body");
        var warnings = new List<string>();
        var context = request.NewCommand();
        var command = Read(request.Version.AtLeast(40) ? body : body with { PidsLimit = null }, context.CommandId, warnings);
        var container = await commands.FindAsync(request.Name, request.Cancellation);
        if (await commands.AcceptAsync<ContainerUpdateRequested>(
                container.Id, c => UpdateContainer.Decide(command, c, time.GetUtcNow()), context) is { } intent)
            await commands.CarryOutAsync(OrderFactory.Update(intent), $"Cannot update container {container.Id}: ");
        await request.WriteJsonAsync(new UpdateContainerReply(warnings is [] ? null : [.. warnings]), DockerJson.Default.UpdateContainerReply);
    }

    private UpdateContainer Read(UpdateContainerBody body, string commandId, List<string> warnings)
    {
        Unhonoured.Refuse("", body.Others);
        var asked = RequestedOptions.Resources(body) ?? Resources.Unlimited;
        var resources = ResourceRules.Fit(asked, kernel.Features, warnings, update: true);
        var restart = RestartPolicy.Read(body.RestartPolicy?.Name, body.RestartPolicy?.MaximumRetryCount ?? 0, out var fault);
        fault = ResourceRules.Fault(resources, kernel.Features, update: true) ?? UpdateRules.Fault(asked) ?? fault;
        return fault is null
            ? new UpdateContainer(commandId, resources, body.RestartPolicy?.Name is { Length: > 0 }, restart)
            : throw DockerException.Invalid(fault);
    }
}
