using Shiplog.Domain.Containers.Rules;
using Shiplog.Domain.Networks;
using Shiplog.Server.DockerApi;
using Shiplog.Server.DockerApi.Dto;
using Shiplog.Server.Networks;

namespace Shiplog.Server.Containers;

/// <summary>The networks that the body of a creation asks for.</summary>
internal sealed class RequestedNetworks(NetworkDirectory networks)
{
    private const string SharedIsAll = "container sharing network namespace with another container or host cannot be connected to any other network";

    // From here on a container may be created in several.
    private const int SeveralSince = 44;

    /// <param name="mode">The network mode, which is a network's name or id.</param>
    /// <returns>The mode's network first; <see langword="null"/> where the mode says all.</returns>
    /// <exception cref="DockerException">A network is not there, or what is asked for makes no sense.</exception>
    public async Task<NetworkAttachment[]?> ReadAsync(CreateContainerBody body, string mode, DockerRequest request)
    {
        if (NamespaceRules.ContainerOf(mode) is not null)
            return body.NetworkingConfig?.EndpointsConfig is { Count: > 0 } ? throw DockerException.Invalid(SharedIsAll) : null;
        var main = await networks.GetAsync(mode, request.Cancellation);
        var asked = new List<(Network Network, EndpointBody? Endpoint, string Path)>();
        foreach (var (name, endpoint) in body.NetworkingConfig?.EndpointsConfig ?? [])
            asked.Add((await networks.GetAsync(name is "default" ? "bridge" : name, request.Cancellation), endpoint, $"NetworkingConfig.EndpointsConfig.{name}."));
        if (asked.Count > 1 && !request.Version.AtLeast(SeveralSince))
            throw DockerException.Invalid($"Container cannot be connected to network endpoints: {string.Join(", ", asked.Select(a => a.Network.Name))}");
        if (asked.Count == 0)
            asked.Add((main, null, ""));
        NetworkAttachment[] attachments =
        [
            .. asked.OrderByDescending(a => a.Network.Id == main.Id).Select(a => WithMac(Attachment(a.Network, a.Endpoint, a.Path), a.Network.Id == main.Id ? body.MacAddress : null)),
        ];
        if (main.Driver is not "bridge")
            return Single(main, attachments);
        if (asked.FirstOrDefault(a => a.Network.Driver is not "bridge").Network is { } other)
            throw DockerException.Invalid($"container cannot be connected to network {other.Name} besides {main.Name}");
        return attachments is [{ Address: null, MacAddress: null } only] && only.NetworkId == main.Id && !main.IsUserDefined ? null : attachments;
    }

    /// <exception cref="DockerException">What is asked for makes no sense.</exception>
    public static NetworkAttachment Attachment(Network network, EndpointBody? endpoint, string path)
    {
        Unhonoured.Refuse(path, endpoint?.Others);
        Unhonoured.Refuse(path + "IPAMConfig.", endpoint?.IPAMConfig?.Others);
        var attachment = new NetworkAttachment(network.Id, network.Name)
        {
            Address = RequestedOptions.Said(endpoint?.IPAMConfig?.IPv4Address),
            MacAddress = RequestedOptions.Said(endpoint?.MacAddress),
            Aliases = RequestedOptions.Said(endpoint?.Aliases),
        };
        return AttachmentRules.Fault(attachment, network) is { } fault ? throw DockerException.Of(fault) : attachment;
    }

    private static NetworkAttachment WithMac(NetworkAttachment attachment, string? mac) =>
        attachment.MacAddress is null && mac is { Length: > 0 } ? attachment with { MacAddress = mac } : attachment;

    private static NetworkAttachment[]? Single(Network main, NetworkAttachment[] attachments) =>
        attachments is [var only] && only.NetworkId == main.Id ? null
        : throw DockerException.Invalid(main.Driver is "host"
            ? SharedIsAll
            : "container cannot be connected to multiple networks with one of the networks in private (none) mode");
}
