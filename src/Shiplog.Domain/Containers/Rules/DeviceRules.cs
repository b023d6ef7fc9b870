using System.Text.RegularExpressions;

namespace Shiplog.Domain.Containers.Rules;

/// <summary>How devices are asked for.</summary>
internal static partial class DeviceRules
{
    public static string? Fault(DeviceOptions? devices)
    {
        if (devices?.CgroupRules?.FirstOrDefault(r => !Rule().IsMatch(r)) is { } rule)
            return $"invalid device cgroup rule format: '{rule}'";
        foreach (var device in devices?.Mappings ?? [])
        {
            if (!device.PathOnHost.StartsWith('/') || device.PathOnHost.Contains('\0', StringComparison.Ordinal))
                return $"invalid device \"{device.PathOnHost}\": its path on the host must be absolute";
            if (!device.PathInContainer.StartsWith('/') || device.PathInContainer.Split('/').Contains(".."))
                return $"invalid path \"{device.PathInContainer}\" for device {device.PathOnHost}: it must be absolute, without \"..\"";
            if (!Permissions().IsMatch(device.Permissions))
                return $"invalid permissions \"{device.Permissions}\" for device {device.PathOnHost}: use some of r, w and m";
        }
        return null;
    }

    [GeneratedRegex(@"^[acb] ([0-9]{1,10}|\*):([0-9]{1,10}|\*) [rwm]{1,3}\z")]
    private static partial Regex Rule();

    [GeneratedRegex(@"^[rwm]{1,3}\z")]
    private static partial Regex Permissions();
}
