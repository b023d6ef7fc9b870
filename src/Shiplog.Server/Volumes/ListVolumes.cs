using Shiplog.Contracts;
using Shiplog.Server.DockerApi;
using Shiplog.Server.DockerApi.Dto;
using Shiplog.Server.Store;

namespace Shiplog.Server.Volumes;

/// <summary>GET /volumes</summary>
internal sealed class ListVolumes(IVolumeLog log, IEventLog containers, Instance instance) : IDockerEndpoint
{
    public async Task HandleAsync(DockerRequest request)
    {
        var filters = Filters.Read(request.Query("filters"), "dangling", "driver", "label", "name");
        if (filters["dangling"].FirstOrDefault(d => d is not ("true" or "false" or "1" or "0")) is { } bad)
            throw DockerException.Invalid($"invalid filter 'dangling={bad}'");
        var volumes = await log.ListVolumesAsync(request.Cancellation);
        var used = filters.Has("dangling")
            ? (await containers.ListContainersAsync(request.Cancellation)).SelectMany(c => c.Mounts).Where(m => m.IsVolume).Select(m => m.Name).ToHashSet()
            : [];
        VolumeDto[] items =
        [
            .. volumes.Where(v => filters.Exact("driver", v.Driver) && filters.Match("name", v.Name) &&
                filters.Labels("label", v.Labels) && filters["dangling"].All(d => (d is "true" or "1") != used.Contains(v.Name)))
                .Select(v => VolumeWire.Of(v, instance)),
        ];
        await request.WriteJsonAsync(new VolumesReply(items, []), DockerJson.Default.VolumesReply);
    }
}

/// <summary>GET /volumes/{name}</summary>
internal sealed class InspectVolume(IVolumeLog log, Instance instance) : IDockerEndpoint
{
    public async Task HandleAsync(DockerRequest request)
    {
        var volume = await log.FindVolumeAsync(request.Name, request.Cancellation)
            ?? throw DockerException.NotFound($"get {request.Name}: no such volume");
        await request.WriteJsonAsync(VolumeWire.Of(volume, instance), DockerJson.Default.VolumeDto);
    }
}
