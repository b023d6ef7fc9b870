using Shiplog.Domain.Containers;
using Shiplog.Server.Containers;
using Shiplog.Server.DockerApi;
using Shiplog.Server.Orders;
using Shiplog.Server.Store;

namespace Shiplog.Server.Networks;

/// <summary>POST /networks/{id}/connect</summary>
internal sealed class ConnectNetworkEndpoint(
    INetworkLog log, NetworkDirectory networks, ContainerCommands commands, OrderFactory orders, TimeProvider time) : IDockerEndpoint
{
    public async Task HandleAsync(DockerRequest request)
    {
        var body = await request.ReadJsonAsync(DockerJson.Default.ConnectNetworkBody)
            ?? throw DockerException.Invalid("invalid JSON: got EOF while reading request body");
        var network = await networks.GetAsync(request.Name, request.Cancellation);
        var container = await commands.FindAsync(body.Container ?? "", request.Cancellation);
        var bridge = await networks.BridgeAsync(request.Cancellation);
        var context = request.NewCommand();
        var command = new ConnectNetwork(context.CommandId, request.Name, RequestedNetworks.Attachment(network, body.EndpointConfig, "EndpointConfig."));
        var decision = await log.DecideConnectAsync(
            container.Id, command.Attachment,
            (state, present, endpoint) => ConnectNetwork.Decide(command, container = state, present, bridge, endpoint, time.GetUtcNow()), context, CancellationToken.None);
        if (ContainerCommands.Accepted<ContainerConnectRequested>(decision) is { } intent)
            await commands.CarryOutAsync(orders.Connect(container, intent));
    }
}

/// <summary>POST /networks/{id}/disconnect</summary>
internal sealed class DisconnectNetworkEndpoint(
    IEventLog log, NetworkDirectory networks, ContainerCommands commands, TimeProvider time) : IDockerEndpoint
{
    public async Task HandleAsync(DockerRequest request)
    {
        var body = await request.ReadJsonAsync(DockerJson.Default.DisconnectNetworkBody)
            ?? throw DockerException.Invalid("invalid JSON: got EOF while reading request body");
        var network = await networks.GetAsync(request.Name, request.Cancellation);
        var container = await commands.FindAsync(body.Container ?? "", request.Cancellation);
        var bridge = await networks.BridgeAsync(request.Cancellation);
        var context = request.NewCommand();
        var command = new DisconnectNetwork(context.CommandId, request.Name);
        var decision = await log.DecideAsync<Container>(
            Streams.Container(container.Id), state => DisconnectNetwork.Decide(command, state, network, bridge, time.GetUtcNow()), context, CancellationToken.None);
        if (ContainerCommands.Accepted<ContainerDisconnectRequested>(decision) is { } intent)
            await commands.CarryOutAsync(OrderFactory.Disconnect(intent));
    }
}
