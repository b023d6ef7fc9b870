using Shiplog.Domain.Hosts;

namespace Shiplog.Domain.Containers.Rules;

/// <summary>Options as a host can honour them.</summary>
/// <param name="Warnings">What was left out, in the words for the client.</param>
/// <param name="Fault">Why they cannot be honoured; <see langword="null"/> where they can.</param>
public sealed record FittedOptions(HostOptions Host, string[] Warnings, Refusal? Fault);

/// <summary>What a host's options may say, beside what <see cref="CreateContainer"/> itself looks at.</summary>
public static class HostRules
{
    private const int LongestHostname = 64;

    /// <summary>Judges the options, and leaves out of them what the host's kernel has not got and Docker does without.</summary>
    /// <param name="hostname">As asked for; empty where it was left open.</param>
    public static FittedOptions Fit(HostOptions asked, string hostname, HostFeatures features)
    {
        var warnings = new List<string>();
        var host = asked with
        {
            Resources = asked.Resources is { } resources ? ResourceRules.Fit(resources, features, warnings) : null,
            Security = SecurityRules.Fit(asked),
            Namespaces = NamespaceRules.Fit(asked, features, warnings),
        };
        if (host is { NetworkMode: "host", PortBindings: [_, ..] })
            warnings.Add("Published ports are discarded when using host network mode");
        if (!features.Forwarding && host.NetworkMode is not ("host" or "none") && NamespaceRules.ContainerOf(host.NetworkMode) is null)
            warnings.Add("IPv4 forwarding is disabled. Networking will not work.");
        var fault = NamespaceRules.Conflict(host, hostname)
            ?? (hostname.Length > LongestHostname ? $"hostname \"{hostname}\" is too long (maximum {LongestHostname} bytes)" : null)
            ?? (host.Resources is { } limits ? ResourceRules.Fault(limits, features) : null)
            ?? NamespaceRules.Fault(host)
            ?? (host.ShmSize < 0 ? "SHM size can not be less than 0" : null)
            ?? (host.OomScoreAdj is < -1000 or > 1000 ? $"Invalid value {host.OomScoreAdj}, range for oom score adj is [-1000, 1000]" : null)
            ?? (host.CgroupParent?.Any(char.IsControl) is true ? "invalid cgroup parent: control characters in a path" : null)
            ?? UlimitRules.Fault(host.Ulimits ?? [])
            ?? SysctlRules.Fault(host)
            ?? DeviceRules.Fault(host.Devices)
            ?? SecurityRules.Fault(host.Security, features)
            ?? LogRules.Fault(host, features)
            ?? PortRules.Fault(host);
        var refusal = fault is null ? LogRules.NotBuilt(host) ?? PortRules.NotBuilt(host) : new Refusal(RefusalKind.Invalid, fault);
        return new FittedOptions(host, [.. warnings], refusal);
    }
}
