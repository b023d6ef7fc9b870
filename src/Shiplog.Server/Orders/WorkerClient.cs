using System.Diagnostics;
using System.Net.Sockets;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Shiplog.Contracts;
using Shiplog.Contracts.Orders;
using Wolverine;
using Wolverine.Runtime;
using Wolverine.Runtime.RemoteInvocation;

namespace Shiplog.Server.Orders;

/// <summary>Orders by Wolverine's HTTP transport, byte streams by plain HTTP, both on the worker's unix socket.</summary>
internal sealed class WorkerClient(Instance instance, IWolverineRuntime wolverine, IHttpClientFactory clients, InFlight inFlight) : IWorker
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(3);

    /// <summary>The address that Wolverine routes orders to, and the name of the client that it posts them by.</summary>
    public const string OrdersUrl = "http://worker/_wolverine/invoke";

    /// <summary>The name of the client for <see cref="WorkerStreams"/>.</summary>
    public const string StreamsClient = "worker-streams";

    // A stop may wait for as long as its client likes; a worker that goes away breaks the connection.
    private static readonly TimeSpan NoTimeout = TimeSpan.FromDays(365);

    public HttpClient Streams => clients.CreateClient(StreamsClient);

    public async Task<OrderOutcome> SendAsync(Order order, CancellationToken cancellation)
    {
        using var flight = inFlight.Enter(order.CommandId);
        try
        {
            return await new MessageBus(wolverine).InvokeAsync<OrderOutcome>(order, cancellation, NoTimeout);
        }
        catch (Exception e) when (e is HttpRequestException or IOException or SocketException or WolverineRequestReplyException)
        {
            throw Away(e);
        }
    }

    public async Task<Socket> ConnectAsync(CancellationToken cancellation)
    {
        try
        {
            return await DialAsync(instance, cancellation);
        }
        catch (SocketException e)
        {
            throw Away(e);
        }
    }

    /// <summary>
    /// A worker that was killed is back within a second or two, and nothing has been sent yet: what somebody asks for meanwhile
    /// waits that long instead of failing.
    /// </summary>
    internal static async Task<Socket> DialAsync(Instance instance, CancellationToken cancellation)
    {
        for (var patience = Stopwatch.StartNew(); ;)
        {
            var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            try
            {
                await socket.ConnectAsync(new UnixDomainSocketEndPoint(instance.WorkerSocket), cancellation);
                return socket;
            }
            catch (SocketException) when (patience.Elapsed < Patience)
            {
                socket.Dispose();
            }
            catch
            {
                socket.Dispose();
                throw;
            }
            await Task.Delay(20, cancellation);
        }
    }

    private WorkerAwayException Away(Exception e) =>
        new($"the worker does not answer on {instance.WorkerSocket} ({Reason(e)}); what was accepted stays open and is driven again when it does", e);

    // A missing socket's own error speaks of addresses.
    private string Reason(Exception e) => File.Exists(instance.WorkerSocket) ? e.Message.TrimEnd('.') : "there is no such socket";
}

/// <summary>Registration of the way to the worker.</summary>
internal static class WorkerClientSetup
{
    public static IServiceCollection AddWorker(this IServiceCollection services, Instance instance)
    {
        services.AddHttpClient(WorkerClient.OrdersUrl, client => Configure(client, WorkerClient.OrdersUrl))
            .ConfigurePrimaryHttpMessageHandler(() => Handler(instance))
            .SetHandlerLifetime(Timeout.InfiniteTimeSpan)
            .RemoveAllLoggers();
        services.AddHttpClient(WorkerClient.StreamsClient, client => Configure(client, "http://worker/"))
            .ConfigurePrimaryHttpMessageHandler(() => Handler(instance))
            .SetHandlerLifetime(Timeout.InfiniteTimeSpan)
            .RemoveAllLoggers();
        services.TryAddSingleton<InFlight>();
        services.AddSingleton<WorkerClient>();
        services.AddSingleton<IWorker>(s => s.GetRequiredService<WorkerClient>());
        services.AddSingleton<OrderFactory>();
        return services;
    }

    private static void Configure(HttpClient client, string address)
    {
        client.BaseAddress = new Uri(address);
        client.Timeout = Timeout.InfiniteTimeSpan;
    }

    private static SocketsHttpHandler Handler(Instance instance) => new()
    {
        // An order holds its connection until its outcome; a limit would let stops that wait delay everything else.
        MaxConnectionsPerServer = int.MaxValue,
        PooledConnectionIdleTimeout = TimeSpan.FromMinutes(5),
        UseProxy = false,
        ConnectCallback = async (_, cancellation) => new NetworkStream(await WorkerClient.DialAsync(instance, cancellation), ownsSocket: true),
    };
}
