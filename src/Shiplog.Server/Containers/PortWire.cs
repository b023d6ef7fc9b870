using System.Globalization;
using Shiplog.Domain.Containers;
using Shiplog.Domain.Networks;
using Shiplog.Server.DockerApi.Dto;
using HostOptions = Shiplog.Domain.Containers.HostOptions;

namespace Shiplog.Server.Containers;

/// <summary>Exposed and published ports in Docker's words, and in the domain's.</summary>
internal static class PortWire
{
    /// <summary>What is exposed, and what is published: it could not be reached otherwise.</summary>
    public static string[] Exposed(CreateContainerBody body) =>
        [.. (body.ExposedPorts?.Keys ?? Enumerable.Empty<string>()).Concat(body.HostConfig?.PortBindings?.Keys ?? Enumerable.Empty<string>()).Select(Port.Normalize).Distinct()];

    public static IEnumerable<PortBinding> Read(HostConfigBody host) => (host.PortBindings ?? [])
        .SelectMany(p => (p.Value ?? []).Select(b => new PortBinding(Port.Normalize(p.Key), b?.HostIp ?? "", Port.Split(b?.HostPort ?? "").Number)));

    /// <summary>As they were asked for.</summary>
    public static Dictionary<string, PortBindingDto[]> Asked(HostOptions host) => (host.PortBindings ?? [])
        .GroupBy(b => b.Port).ToDictionary(g => g.Key, g => g.Select(b => new PortBindingDto(b.HostIp, b.HostPort)).ToArray());

    /// <summary>As inspecting shows them: of what is exposed only it is said that it is.</summary>
    public static Dictionary<string, PortBindingDto[]?> Map(Container c)
    {
        var map = (c.Config?.ExposedPorts ?? []).ToDictionary(p => p, _ => (PortBindingDto[]?)null);
        foreach (var group in c.Ports.GroupBy(p => new Port(p.ContainerPort, p.Protocol)))
            map[group.Key.ToString()] = [.. group.Select(p => new PortBindingDto(p.HostIp, p.HostPort.ToString(CultureInfo.InvariantCulture)))];
        return map;
    }

    /// <summary>As a list shows them, while there is an address to reach them at.</summary>
    public static PortDto[] List(Container c) => c.Endpoint is null || !c.HasProcess ? [] :
    [
        .. c.Ports.Select(p => new PortDto(p.HostIp, p.ContainerPort, p.HostPort, p.Protocol)),
        .. (c.Config?.ExposedPorts ?? []).Select(text => Port.TryParse(text, out var port) ? port : default)
            .Where(e => e.Number > 0 && !c.Ports.Any(p => p.ContainerPort == e.Number && p.Protocol == e.Protocol))
            .Select(e => new PortDto(null, e.Number, null, e.Protocol)),
    ];
}
