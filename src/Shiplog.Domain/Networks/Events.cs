using System.Text.Json.Serialization;
using static System.Text.Json.Serialization.JsonIgnoreCondition;

namespace Shiplog.Domain.Networks;

// These names and shapes are a storage format: never edit a released event; add a new one, or a version with an upcaster.

/// <summary>A network exists from now on. The default ones are made at the first start.</summary>
/// <param name="Driver"><c>bridge</c>, <c>null</c> (of the network <c>none</c>) or <c>host</c>.</param>
/// <param name="Subnet">CIDR; <see langword="null"/> but for bridges.</param>
/// <param name="Bridge">The bridge's interface name.</param>
public sealed record NetworkCreated(
    string NetworkId, string Name, string Driver, string? Subnet, string? Gateway, string? Bridge, DateTimeOffset At)
{
    /// <summary>Who made it was asked to; absent of the default ones.</summary>
    [JsonIgnore(Condition = WhenWritingDefault)] public string? CommandId { get; init; }

    /// <summary>No way out, and none in.</summary>
    [JsonIgnore(Condition = WhenWritingDefault)] public bool Internal { get; init; }

    /// <summary>As asked for; it says something to swarms only.</summary>
    [JsonIgnore(Condition = WhenWritingDefault)] public bool Attachable { get; init; }

    /// <summary>The user's own words.</summary>
    [JsonIgnore(Condition = WhenWritingDefault)] public Dictionary<string, string>? Labels { get; init; }

    /// <summary>The driver's options, as they were asked for.</summary>
    [JsonIgnore(Condition = WhenWritingDefault)] public Dictionary<string, string>? Options { get; init; }

    /// <summary>CIDR: the part of the subnet that addresses are chosen from; absent for all of it.</summary>
    [JsonIgnore(Condition = WhenWritingDefault)] public string? IpRange { get; init; }

    /// <summary>Somebody chose the subnet, so that he may choose addresses in it, too.</summary>
    [JsonIgnore(Condition = WhenWritingDefault)] public bool SubnetGiven { get; init; }
}

/// <summary>Intent: the network is to be removed. From here on nothing joins it.</summary>
public sealed record NetworkRemoveRequested(string NetworkId, string CommandId, string Name, DateTimeOffset At);

/// <summary>Nothing of the network is left on the host. Outcome of a removal.</summary>
/// <param name="Driver">As it was.</param>
public sealed record NetworkRemoved(string NetworkId, string CommandId, string Name, string Driver, DateTimeOffset At);

/// <summary>Outcome of a command on a network that came to nothing.</summary>
/// <param name="Command">The command's name: <c>RemoveNetwork</c>.</param>
/// <param name="Kind">The failure's kind.</param>
public sealed record NetworkCommandFailed(
    string NetworkId, string CommandId, string Command, string Kind, string Error, DateTimeOffset At);
