namespace Shiplog.Domain.Containers.Rules;

/// <summary>What else may be asked for beside a network mode.</summary>
public static class NetworkModeRules
{
    /// <summary>Options that exclude each other: who is in another's network has no choice about it.</summary>
    /// <param name="asked">The configuration as asked for, without the image's.</param>
    /// <param name="mac">The hardware address that is asked for, if any.</param>
    public static string? Conflict(HostOptions host, ContainerConfig asked, string? mac)
    {
        var isGuest = NamespaceRules.ContainerOf(host.NetworkMode) is not null;
        if ((isGuest || host.NetworkMode is "host") && !string.IsNullOrEmpty(mac))
            return "conflicting options: mac-address and the network mode";
        if (host.NetworkMode is "host" && host.Links is { Length: > 0 })
            return "conflicting options: host type networking can't be used with links. This would result in undefined behavior";
        return !isGuest ? null
            : NamespaceRules.ContainerOf(host.NetworkMode) is "" ? "invalid network mode: invalid container format container:<name|id>"
            : asked.Hostname is not "" ? "conflicting options: hostname and the network mode"
            : host.Links is { Length: > 0 } ? "conflicting options: container type network can't be used with links. This would result in undefined behavior"
            : host.Dns is not [] ? "conflicting options: dns and the network mode"
            : host.ExtraHosts is not [] ? "conflicting options: custom host-to-IP mapping and the network mode"
            : host.PortBindings is { Length: > 0 } || host.PublishAllPorts ? "conflicting options: port publishing and the container type network mode"
            : asked.ExposedPorts is not [] ? "conflicting options: port exposing and the container type network mode"
            : null;
    }
}
