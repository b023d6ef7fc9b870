using System.Net;
using Shiplog.Domain.Images;
using Shiplog.Domain.Mounts;
using Shiplog.Domain.Networks;

namespace Shiplog.Domain.Containers;

/// <summary>Make a container of an image. It gets its file system, network and process when it is started.</summary>
/// <param name="ContainerId">64 hexadecimal digits, drawn by the server.</param>
/// <param name="Name">With or without a leading slash.</param>
/// <param name="ImageReference">The image as the user named it.</param>
/// <param name="Config">As asked for: what is open is taken from the image.</param>
/// <param name="Mounts">Judged already; <see langword="null"/> for none.</param>
public sealed record CreateContainer(
    string CommandId, string ContainerId, string Name, string ImageReference, ContainerConfig Config, HostOptions Host,
    MountPlan? Mounts = null)
{
    /// <summary>The networks that it is to be in, judged already; <see langword="null"/> where the network mode says all.</summary>
    public NetworkAttachment[]? Networks { get; init; }

    /// <summary>Judges the command on this state, absent but for a repetition, and this image.</summary>
    public static Decision Decide(CreateContainer command, Container container, Image image, DateTimeOffset now)
    {
        if (container.Status != ContainerStatus.Absent)
            return Decision.Nothing;
        if (!ContainerName.TryParse(command.Name, out var name))
            return Refusals.BadName(command.Name);
        if (!image.Present)
            return Decision.Refuse(RefusalKind.NotFound, $"No such image: {command.ImageReference}");
        if (!ImageConfig.TryParse(image.ConfigJson, out var imageConfig))
            return Decision.Refuse(RefusalKind.Failed, $"the config of image {image.Id} cannot be read");
        var config = SessionRecording.WithoutImages(command.Config.Over(imageConfig.Config), command.Config.Labels);
        if (config.Entrypoint is [""])
            config = config with { Entrypoint = null };
        if (config.Hostname is "")
            config = config with { Hostname = command.ContainerId[..12] };
        if ((Fault(config) ?? HostFault(command.Host)) is { } fault)
            return Decision.Refuse(RefusalKind.Invalid, fault);
        return Decision.Accept(new ContainerCreated(
            command.ContainerId, command.CommandId, name, command.ImageReference, image.Id,
            [.. image.Layers.Select(l => l.ChainId)], config, command.Host, now)
        {
            Mounts = command.Mounts?.Points,
            Networks = command.Networks,
        });
    }

    private static string? Fault(ContainerConfig config)
    {
        if (config.Entrypoint is null or [] && config.Cmd is [])
            return "no command specified";
        if (config.WorkingDir is not "" && !config.WorkingDir.StartsWith('/'))
            return $"the working directory '{config.WorkingDir}' is invalid, it needs to be an absolute path";
        if (config.Env.FirstOrDefault(e => e.StartsWith('=') || e is "") is { } variable)
            return $"invalid environment variable: {variable}";
        if (config.StopSignal is { } signal && !UnixSignal.TryParse(signal, out _))
            return $"invalid signal: {signal}";
        return SessionRecording.Fault(config) ?? config.Healthcheck?.Fault();
    }

    private static string? HostFault(HostOptions host)
    {
        if (host.AutoRemove && host.Restart is not null)
            return "can't create 'AutoRemove' container with restart policy";
        foreach (var entry in host.ExtraHosts)
        {
            var colon = entry.IndexOf(':', StringComparison.Ordinal);
            if (colon < 1 || !IsAddress(entry[(colon + 1)..]))
                return $"bad format for add-host: \"{entry}\"";
        }
        if (host.Dns.FirstOrDefault(d => !IPAddress.TryParse(d, out _)) is { } dns)
            return $"bad nameserver address {dns}";
        return Capabilities.Unknown(host.CapAdd) is { } add ? $"invalid CapAdd: unknown capability: \"{add}\""
            : Capabilities.Unknown(host.CapDrop) is { } drop ? $"invalid CapDrop: unknown capability: \"{drop}\""
            : null;
    }

    private static bool IsAddress(string text) => text is "host-gateway" || IPAddress.TryParse(text.Trim('[', ']'), out _);
}
