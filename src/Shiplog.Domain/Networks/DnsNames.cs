using Shiplog.Domain.Containers;

namespace Shiplog.Domain.Networks;

/// <summary>The names by which others in a network find a container.</summary>
public static class DnsNames
{
    private const int ShortId = 12;

    /// <summary>Its own, its aliases and its short id; <see langword="null"/> in a default network, where nobody is found by name.</summary>
    public static string[]? Of(Container container, NetworkAttachment attachment) => DefaultNetworks.Has(attachment.NetworkName)
        ? null
        : [.. new[] { container.Name }.Concat(attachment.Aliases ?? []).Append(container.Id[..Math.Min(ShortId, container.Id.Length)]).Distinct()];
}
