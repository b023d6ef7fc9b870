namespace Shiplog.Contracts.Orders;

/// <summary>How a host came to its storage driver.</summary>
/// <param name="Reason"><c>default</c>, <c>configured</c>, or what the default would need.</param>
/// <param name="BackingFileSystem">What the layers are on: <c>extfs</c>, <c>btrfs</c>, <c>xfs</c>.</param>
public sealed record StorageChoice(string Reason, string BackingFileSystem, StorageAlternative[] Alternatives);

/// <summary>A driver that was not chosen.</summary>
/// <param name="Missing">What the host would need for it; <see langword="null"/> where it need only be configured.</param>
public sealed record StorageAlternative(string Driver, string? Missing);
