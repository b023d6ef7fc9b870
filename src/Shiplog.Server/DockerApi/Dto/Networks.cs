using System.Text.Json;
using System.Text.Json.Serialization;

namespace Shiplog.Server.DockerApi.Dto;

/// <summary>An item of GET /networks, and GET /networks/{id}</summary>
internal sealed record NetworkDto
{
    public string Name { get; init; } = "";
    public string Id { get; init; } = "";
    public string Created { get; init; } = "";
    public string Scope { get; init; } = "local";
    public string Driver { get; init; } = "";
    public bool EnableIPv4 { get; init; } = true;
    public bool EnableIPv6 { get; init; }
    public required IpamDto IPAM { get; init; }
    public bool Internal { get; init; }
    public bool Attachable { get; init; }
    public bool Ingress { get; init; }
    public ConfigFromDto ConfigFrom { get; init; } = new("");
    public bool ConfigOnly { get; init; }
    public Dictionary<string, NetworkContainerDto> Containers { get; init; } = [];
    public Dictionary<string, string> Options { get; init; } = [];
    public Dictionary<string, string> Labels { get; init; } = [];
}

internal sealed record ConfigFromDto(string Network);

internal sealed record IpamDto(string Driver, Dictionary<string, string>? Options, IpamConfigDto[] Config);

internal sealed record IpamConfigDto(
    string Subnet, [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? IPRange, string Gateway);

internal sealed record NetworkContainerDto(string Name, string EndpointID, string MacAddress, string IPv4Address, string IPv6Address);

/// <summary>The body of POST /networks/create</summary>
internal sealed record CreateNetworkBody
{
    public string? Name { get; init; }
    public bool? CheckDuplicate { get; init; }
    public string? Driver { get; init; }
    public string? Scope { get; init; }
    public bool? Internal { get; init; }
    public bool? Attachable { get; init; }
    public bool? EnableIPv4 { get; init; }
    public bool? EnableIPv6 { get; init; }
    public IpamBody? IPAM { get; init; }
    public Dictionary<string, string>? Options { get; init; }
    public Dictionary<string, string>? Labels { get; init; }
    [JsonExtensionData] public Dictionary<string, JsonElement>? Others { get; set; }
}

internal sealed record IpamBody
{
    public string? Driver { get; init; }
    public IpamConfigBody?[]? Config { get; init; }
    [JsonExtensionData] public Dictionary<string, JsonElement>? Others { get; set; }
}

internal sealed record IpamConfigBody
{
    public string? Subnet { get; init; }
    public string? Gateway { get; init; }
    public string? IPRange { get; init; }
    [JsonExtensionData] public Dictionary<string, JsonElement>? Others { get; set; }
}

internal sealed record CreateNetworkReply(string Id, string Warning);

/// <summary>The body of POST /networks/{id}/connect</summary>
internal sealed record ConnectNetworkBody
{
    public string? Container { get; init; }
    public EndpointBody? EndpointConfig { get; init; }
}

/// <summary>The body of POST /networks/{id}/disconnect. With or without force the network is left: the worker is on this host.</summary>
internal sealed record DisconnectNetworkBody
{
    public string? Container { get; init; }
    public bool? Force { get; init; }
}

/// <summary>POST /networks/prune</summary>
internal sealed record NetworksPruned(string[]? NetworksDeleted);
