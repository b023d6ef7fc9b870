using System.Net;
using System.Net.Sockets;
using Shiplog.Domain.Networks;

namespace Shiplog.Domain.Containers.Rules;

/// <summary>How ports are asked for.</summary>
internal static class PortRules
{
    public static string? Fault(HostOptions host)
    {
        foreach (var binding in host.PortBindings ?? [])
        {
            if (!Port.TryParse(binding.Port, out _))
            {
                var (number, protocol) = Port.Split(binding.Port);
                return Port.Protocols.Contains(protocol) ? $"invalid port specification: \"{number}\"" : $"invalid proto: {protocol}";
            }
            if (binding.HostPort is not "" && !Port.TryParseRange(binding.HostPort, out _, out _))
                return $"invalid port specification: \"{binding.HostPort}\"";
            if (binding.HostIp is not "" && !IsAddress(binding.HostIp))
                return $"invalid host address for port {binding.Port}: \"{binding.HostIp}\"";
        }
        return null;
    }

    /// <summary>What we cannot do yet.</summary>
    public static Refusal? NotBuilt(HostOptions host) =>
        host.PortBindings?.FirstOrDefault(b => IPAddress.TryParse(b.HostIp, out var ip) && ip.AddressFamily == AddressFamily.InterNetworkV6) is { } six
            ? new Refusal(
                RefusalKind.NotImplemented,
                $"publishing port {six.Port} at the IPv6 address {six.HostIp} is not built yet: containers have no IPv6 address; name an IPv4 address, or none")
            : null;

    // "127.1" is an address to the parser; as text it would be another one than 127.0.0.1.
    private static bool IsAddress(string text) =>
        IPAddress.TryParse(text, out var ip) && (ip.AddressFamily == AddressFamily.InterNetworkV6 || ip.ToString() == text);
}
