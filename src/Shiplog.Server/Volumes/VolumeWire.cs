using Shiplog.Contracts;
using Shiplog.Domain.Volumes;
using Shiplog.Server.DockerApi;
using Shiplog.Server.DockerApi.Dto;

namespace Shiplog.Server.Volumes;

/// <summary>A volume in Docker's words.</summary>
internal static class VolumeWire
{
    /// <summary>Where the worker keeps it; it runs as root, so only root can look.</summary>
    public static string Mountpoint(Instance instance, string name) => Path.Combine(instance.WorkerFolder, "volumes", name, "_data");

    public static VolumeDto Of(Volume v, Instance instance) => new()
    {
        CreatedAt = DockerTime.Text(v.CreatedAt),
        Driver = v.Driver,
        Labels = v.Labels is { Count: > 0 } ? v.Labels : null,
        Mountpoint = Mountpoint(instance, v.Name),
        Name = v.Name,
        Options = v.Options is { Count: > 0 } ? v.Options : null,
    };
}
