using System.Globalization;

namespace Shiplog.Domain.Networks;

/// <summary>What may be asked of a place in a network.</summary>
public static class AttachmentRules
{
    /// <summary>Why it cannot be had; <see langword="null"/> where it can.</summary>
    public static Refusal? Fault(NetworkAttachment wanted, Network network)
    {
        if (wanted.MacAddress is { } mac && !IsMac(mac))
            return Invalid($"invalid MAC address: {mac}");
        if (!network.IsUserDefined)
        {
            return wanted.Address is not null ? Invalid("user specified IP address is supported on user defined networks only")
                : wanted.Aliases is not null ? Invalid("network-scoped alias is supported only for containers in user defined networks")
                : null;
        }
        if (wanted.Address is not { } text)
            return null;
        if (!Subnet.TryAddress(text, out var address))
            return Invalid($"invalid IPv4 address: {text}");
        if (!network.SubnetGiven)
            return Invalid("user specified IP address is supported only when connecting to networks with user configured subnets");
        var subnet = Subnet.Parse(network.Subnet!);
        return subnet.Contains(address) && address != subnet.Base && address != subnet.Last
            ? null
            : Invalid($"Invalid address {text}: It does not belong to any of this network's subnets");
    }

    private static bool IsMac(string text) =>
        text.Split(':') is { Length: 6 } parts && parts.All(p => p.Length == 2 && byte.TryParse(p, NumberStyles.HexNumber, CultureInfo.InvariantCulture, out _));

    private static Refusal Invalid(string message) => new(RefusalKind.Invalid, message);
}
