using System.Text.Json.Serialization;
using Shiplog.Domain.Networks;
using static System.Text.Json.Serialization.JsonIgnoreCondition;

namespace Shiplog.Domain.Containers;

// These names and shapes are a storage format: never edit a released event; add a new one, or a version with an upcaster.

/// <summary>Intent: a container that runs is to be in one more network.</summary>
/// <param name="Endpoint">The leased address.</param>
public sealed record ContainerConnectRequested(
    string ContainerId, string CommandId, NetworkAttachment Network, NetworkEndpoint Endpoint, DateTimeOffset At)
{
    /// <summary>The networks that it was in by default; absent where its own events say which.</summary>
    [JsonIgnore(Condition = WhenWritingDefault)] public NetworkAttachment[]? Before { get; init; }
}

/// <summary>The container is in a network whenever it runs, from now on. Outcome of a connect.</summary>
/// <param name="Networks">All that it is in, the first one first.</param>
public sealed record ContainerConnected(
    string ContainerId, string CommandId, string NetworkId, NetworkAttachment[] Networks, DateTimeOffset At);

/// <summary>Intent: a container that runs is to leave a network.</summary>
public sealed record ContainerDisconnectRequested(string ContainerId, string CommandId, string NetworkId, string NetworkName, DateTimeOffset At)
{
    /// <summary>The network by which it then reaches everybody else; absent where nothing changes about that.</summary>
    [JsonIgnore(Condition = WhenWritingDefault)] public string? RouteBy { get; init; }

    /// <summary>The networks that it was in by default; absent where its own events say which.</summary>
    [JsonIgnore(Condition = WhenWritingDefault)] public NetworkAttachment[]? Before { get; init; }
}

/// <summary>The container is in a network no more. Outcome of a disconnect.</summary>
/// <param name="Networks">All that it is still in, the first one first.</param>
public sealed record ContainerDisconnected(
    string ContainerId, string CommandId, string NetworkId, NetworkAttachment[] Networks, DateTimeOffset At);
