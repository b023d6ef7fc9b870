using System.Globalization;
using Shiplog.Contracts.Orders;

namespace Shiplog.Worker.Runtime;

/// <summary>What the device controller allows a container beside the devices that each has.</summary>
internal static class DeviceRules
{
    public static IEnumerable<OciDeviceRule> Of(ContainerConfinement confinement)
    {
        foreach (var grant in confinement.Devices ?? [])
        {
            foreach (var device in HostDevices.Granted(grant))
                yield return new OciDeviceRule(true, device.Type, device.Major, device.Minor, grant.Access);
        }

        foreach (var rule in confinement.DeviceRules ?? [])
            yield return Parse(rule);
    }

    /// <param name="rule"><c>c 13:* rwm</c></param>
    /// <exception cref="FormatException">It is no rule.</exception>
    internal static OciDeviceRule Parse(string rule) =>
        rule.Split(' ', ':') is [var type and ("a" or "b" or "c"), var major, var minor, var access]
            ? new OciDeviceRule(true, type, Number(major, rule), Number(minor, rule), access)
            : throw new FormatException($"invalid device cgroup rule format: '{rule}'");

    private static long? Number(string text, string rule) => text is "*" ? null
        : long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number
        : throw new FormatException($"invalid device cgroup rule format: '{rule}'");
}
