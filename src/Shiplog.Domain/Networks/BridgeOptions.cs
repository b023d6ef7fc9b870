using System.Globalization;

namespace Shiplog.Domain.Networks;

/// <summary>What the options of a bridge network mean.</summary>
public static class BridgeOptions
{
    /// <summary>The bridge's interface name.</summary>
    public const string BridgeName = "com.docker.network.bridge.name";

    /// <summary>Whether its containers may speak with each other.</summary>
    public const string Icc = "com.docker.network.bridge.enable_icc";

    /// <summary>Whether its addresses leave the host under the host's own.</summary>
    public const string Masquerade = "com.docker.network.bridge.enable_ip_masquerade";

    /// <summary>In bytes.</summary>
    public const string Mtu = "com.docker.network.driver.mtu";

    // The kernel's IFNAMSIZ, without the closing zero; and what a bridge takes.
    private const int LongestName = 15, SmallestMtu = 68, LargestMtu = 65535;

    /// <summary>Why the options cannot be honoured; <see langword="null"/> where they can.</summary>
    public static Refusal? Fault(IReadOnlyDictionary<string, string> options)
    {
        foreach (var (name, value) in options)
        {
            Refusal? fault = name switch
            {
                BridgeName => IsInterfaceName(value) ? null : Invalid($"invalid bridge name: \"{value}\" is no name of a network interface"),
                Icc or Masquerade => TryFlag(value, out _) ? null : Invalid($"failed to parse {name} value: {value}"),
                Mtu => int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var mtu) && mtu is >= SmallestMtu and <= LargestMtu
                    ? null
                    : Invalid($"failed to parse {Mtu} value: {value}"),
                _ => new Refusal(RefusalKind.NotImplemented, $"the network option {name} ({value}) is not built yet"),
            };
            if (fault is not null)
                return fault;
        }
        return null;
    }

    /// <summary>A flag that is on unless the options say otherwise.</summary>
    public static bool IsOn(this Network network, string option) => !network.Options.TryGetValue(option, out var value) || !TryFlag(value, out var on) || on;

    /// <summary>The network's MTU; <see langword="null"/> where the options say nothing.</summary>
    public static int? MtuOf(Network network) =>
        network.Options.TryGetValue(Mtu, out var value) && int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var mtu) ? mtu : null;

    private static Refusal Invalid(string message) => new(RefusalKind.Invalid, message);

    // As Go's strconv.ParseBool.
    private static bool TryFlag(string text, out bool value)
    {
        value = text is "1" or "t" or "T" or "true" or "TRUE" or "True";
        return value || text is "0" or "f" or "F" or "false" or "FALSE" or "False";
    }

    private static bool IsInterfaceName(string text) =>
        text.Length is > 0 and <= LongestName && text is not ("." or "..") && text.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.');
}
