using System.Net.NetworkInformation;
using System.Net.Sockets;
using System.Security.Cryptography;
using Shiplog.Contracts;
using Shiplog.Domain.Networks;
using Shiplog.Server.Containers;
using Shiplog.Server.DockerApi;
using Shiplog.Server.DockerApi.Dto;
using Shiplog.Server.Store;

namespace Shiplog.Server.Networks;

/// <summary>POST /networks/create: decided and done in one event; the worker makes the bridge when the first container joins.</summary>
internal sealed class CreateNetworkEndpoint(INetworkLog log, Instance instance, TimeProvider time) : IDockerEndpoint
{
    public async Task HandleAsync(DockerRequest request)
    {
        var body = await request.ReadJsonAsync(DockerJson.Default.CreateNetworkBody)
            ?? throw DockerException.Invalid("invalid JSON: got EOF while reading request body");
        Refuse(body);
        var id = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(32));
        var context = request.NewCommand();
        var command = new CreateNetwork(context.CommandId, id, body.Name ?? "", Wanted(body.IPAM))
        {
            Internal = body.Internal ?? false,
            Attachable = body.Attachable ?? false,
            Labels = body.Labels ?? [],
            Options = body.Options ?? [],
        };
        var taken = Taken();
        var decision = await log.DecideCreateNetworkAsync(
            id, present => CreateNetwork.Decide(command, present, Pools(), taken, time.GetUtcNow()), context, CancellationToken.None);
        ContainerCommands.Accepted<NetworkCreated>(decision);
        await request.WriteJsonAsync(new CreateNetworkReply(id, ""), DockerJson.Default.CreateNetworkReply, 201);
    }

    private static void Refuse(CreateNetworkBody body)
    {
        if (body.Driver is not (null or "" or "default" or "bridge"))
        {
            throw body.Driver is "host" or "null"
                ? new DockerException(403, $"only one instance of \"{body.Driver}\" network is allowed")
                : body.Driver is "macvlan" or "ipvlan" or "overlay"
                ? DockerException.NotBuilt($"the network driver {body.Driver}")
                : DockerException.NotFound($"plugin \"{body.Driver}\" not found");
        }
        if (body.EnableIPv6 is true)
            throw DockerException.NotBuilt("IPv6 in networks (EnableIPv6)");
        if (body.EnableIPv4 is false)
            throw DockerException.NotBuilt("a network without IPv4 (EnableIPv4)");
        if (body.Scope is not (null or "" or "local"))
            throw DockerException.NotBuilt($"a network of scope {body.Scope}");
        if (body.IPAM?.Driver is not (null or "" or "default"))
            throw DockerException.NotBuilt($"the IPAM driver {body.IPAM.Driver}");
        Unhonoured.Refuse("", body.Others);
        Unhonoured.Refuse("IPAM.", body.IPAM?.Others);
    }

    private static SubnetWanted Wanted(IpamBody? ipam)
    {
        if (ipam?.Config is not { Length: > 0 } configs)
            return new SubnetWanted();
        if (configs.Length > 1)
            throw DockerException.NotBuilt("a network with more than one subnet (IPAM.Config)");
        Unhonoured.Refuse("IPAM.Config.", configs[0]?.Others);
        return new SubnetWanted(Said(configs[0]?.Subnet), Said(configs[0]?.Gateway), Said(configs[0]?.IPRange));
    }

    private static string? Said(string? text) => text is "" ? null : text;

    private IReadOnlyList<AddressPool> Pools() => instance.Settings.AddressPools is not { Length: > 0 } pools ? AddressPool.Default
        : [.. pools.Select(p => Subnet.TryParse(p.Base, out var subnet) && p.Size >= subnet.Prefix && p.Size is >= 1 and <= 30
            ? new AddressPool(p.Base, p.Size)
            : throw new DockerException(500, $"\"default-address-pools\": {p.Base} in pieces of /{p.Size} is no pool of IPv4 subnets"))];

    /// <summary>The subnets that the host's own interfaces are in.</summary>
    private static Subnet[] Taken() =>
    [
        .. from card in NetworkInterface.GetAllNetworkInterfaces()
           from address in card.GetIPProperties().UnicastAddresses
           where address.Address.AddressFamily == AddressFamily.InterNetwork
           select Subnet.Parse($"{address.Address}/{address.PrefixLength}"),
    ];
}
