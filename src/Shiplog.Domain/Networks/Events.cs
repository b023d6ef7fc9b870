namespace Shiplog.Domain.Networks;

// These names and shapes are a storage format: never edit a released event; add a new one, or a version with an upcaster.

/// <summary>A network exists from now on. The default ones are made at the first start.</summary>
/// <param name="Driver"><c>bridge</c>, <c>null</c> (of the network <c>none</c>) or <c>host</c>.</param>
/// <param name="Subnet">CIDR; <see langword="null"/> but for bridges.</param>
/// <param name="Bridge">The bridge's interface name.</param>
public sealed record NetworkCreated(
    string NetworkId, string Name, string Driver, string? Subnet, string? Gateway, string? Bridge, DateTimeOffset At);
