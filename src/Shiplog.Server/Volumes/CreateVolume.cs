using System.Security.Cryptography;
using Shiplog.Contracts;
using Shiplog.Domain;
using Shiplog.Domain.Volumes;
using Shiplog.Server.Containers;
using Shiplog.Server.DockerApi;
using Shiplog.Server.DockerApi.Dto;
using Shiplog.Server.Orders;
using Shiplog.Server.Store;

namespace Shiplog.Server.Volumes;

/// <summary>POST /volumes/create</summary>
internal sealed class CreateVolumeEndpoint(IVolumeLog log, ContainerCommands commands, Instance instance, TimeProvider time) : IDockerEndpoint
{
    public async Task HandleAsync(DockerRequest request)
    {
        var body = await request.ReadJsonAsync(DockerJson.Default.CreateVolumeBody)
            ?? throw DockerException.Invalid("invalid JSON: got EOF while reading request body");
        if (body.ClusterVolumeSpec is not null)
            throw DockerException.NotBuilt("a cluster volume (ClusterVolumeSpec)");
        var context = request.NewCommand();
        var wanted = Wanted(body);
        var command = new CreateVolume(context.CommandId, wanted);
        var decision = await log.DecideVolumeAsync(
            wanted.Name, (volume, _) => CreateVolume.Decide(command, volume, time.GetUtcNow()), context, CancellationToken.None);
        if (ContainerCommands.Accepted<VolumeCreateRequested>(decision) is { } intent)
            await commands.CarryOutAsync(OrderFactory.CreateVolume(intent, wanted.Options), $"create {wanted.Name}: ");
        var volume = await log.FindVolumeAsync(wanted.Name, CancellationToken.None)
            ?? throw DockerException.Conflict($"create {wanted.Name}: the volume was removed at once by somebody else");
        await request.WriteJsonAsync(VolumeWire.Of(volume, instance), DockerJson.Default.VolumeDto, 201);
    }

    private static VolumeWanted Wanted(CreateVolumeBody body)
    {
        var anonymous = string.IsNullOrEmpty(body.Name);
        Dictionary<string, string> labels = new(body.Labels ?? []);
        if (anonymous)
            labels[VolumeWanted.AnonymousLabel] = "";
        return new VolumeWanted(
            anonymous ? Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(32)) : body.Name!,
            string.IsNullOrEmpty(body.Driver) ? LocalDriver.Name : body.Driver, body.DriverOpts ?? [], labels, anonymous);
    }
}
