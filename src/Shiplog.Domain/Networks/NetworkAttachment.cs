using System.Text.Json.Serialization;
using static System.Text.Json.Serialization.JsonIgnoreCondition;

namespace Shiplog.Domain.Networks;

// A part of stored events: members may be added, each on a line of its own and as in HostOptions.

/// <summary>A network that a container is in whenever it runs, and how.</summary>
public sealed record NetworkAttachment(string NetworkId, string NetworkName)
{
    /// <summary>The address it is to have; absent for any.</summary>
    [JsonIgnore(Condition = WhenWritingDefault)] public string? Address { get; init; }

    /// <summary>The hardware address it is to have; absent for one that follows from the address.</summary>
    [JsonIgnore(Condition = WhenWritingDefault)] public string? MacAddress { get; init; }

    /// <summary>Names besides its own by which others in the network find it.</summary>
    [JsonIgnore(Condition = WhenWritingDefault)] public string[]? Aliases { get; init; }
}
