using System.Collections.Concurrent;
using System.Net.Sockets;
using JasperFx.CodeGeneration;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Shiplog.Contracts;
using Shiplog.Contracts.Orders;
using Wolverine;
using Wolverine.Http;
using Wolverine.Http.Transport;

namespace Shiplog.Server.Tests;

/// <summary>What the worker does with each order in a test.</summary>
public sealed class FakeWorkerScript
{
    public ConcurrentQueue<Order> Received { get; } = new();

    /// <summary>Files of sessions' recordings, by their ids.</summary>
    public ConcurrentDictionary<string, byte[]> Recordings { get; } = new();

    /// <summary>The reports that the order causes, delivered before its outcome; <see langword="null"/> for none at all.</summary>
    public Func<Order, Report[]?> Reports { get; set; } = _ => null;

    public Func<Order, OrderOutcome> Outcome { get; set; } = order => new OrderOutcome(order.CommandId);
}

/// <summary>The worker's end of the line, for real: Wolverine's HTTP transport on the worker's unix socket, and back on the server's.</summary>
public sealed class FakeWorker : IAsyncDisposable
{
    private const string ReportsUrl = "http://server/_wolverine/invoke";

    private readonly WebApplication _app;

    private FakeWorker(WebApplication app) => _app = app;

    public FakeWorkerScript Script => _app.Services.GetRequiredService<FakeWorkerScript>();

    public static async Task<FakeWorker> StartAsync(Instance instance)
    {
        if (File.Exists(instance.WorkerSocket))
            File.Delete(instance.WorkerSocket);
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.SetMinimumLevel(LogLevel.Error);
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.ListenUnixSocket(instance.WorkerSocket));
        builder.Services.AddSingleton<FakeWorkerScript>();
        builder.Services.AddHttpClient(ReportsUrl, client => client.BaseAddress = new Uri(ReportsUrl))
            .ConfigurePrimaryHttpMessageHandler(() => new SocketsHttpHandler
            {
                ConnectCallback = async (_, cancellation) =>
                {
                    var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
                    await socket.ConnectAsync(new UnixDomainSocketEndPoint(instance.ReportsSocket), cancellation);
                    return new NetworkStream(socket, ownsSocket: true);
                },
            });
        builder.Services.AddWolverineHttp();
        builder.Host.UseWolverine(options =>
        {
            options.ApplicationAssembly = typeof(FakeWorker).Assembly;
            options.Durability.Mode = DurabilityMode.Solo;
            options.CodeGeneration.TypeLoadMode = TypeLoadMode.Dynamic;
            options.Discovery.DisableConventionalDiscovery().IncludeType(typeof(FakeWorkerHandler));
            options.RegisterMessageType(typeof(OrderOutcome));
            options.Publish(rule =>
            {
                rule.Message<ReportBatch>();
                rule.ToHttpEndpoint(ReportsUrl).SendInline();
            });
        });
        var app = builder.Build();
        app.MapWolverineHttpTransportEndpoints();
        app.MapGet(WorkerStreams.Ready, () => Results.Ok());
        app.MapGet(WorkerStreams.Recording("{id}", "{recording}"), (string recording, FakeWorkerScript script) =>
            script.Recordings.TryGetValue(recording, out var file) ? Results.Bytes(file) : Results.NotFound());
        await app.StartAsync();
        return new FakeWorker(app);
    }

    /// <summary>Delivers a batch and waits for the acknowledgement.</summary>
    public Task<ReportBatchRecorded> DeliverAsync(ReportBatch batch) =>
        new Wolverine.Runtime.MessageBus(_app.Services.GetRequiredService<Wolverine.Runtime.IWolverineRuntime>()).InvokeAsync<ReportBatchRecorded>(batch);

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync();
        await _app.DisposeAsync();
    }
}

/// <summary>Public, as Wolverine wants its handlers.</summary>
public static class FakeWorkerHandler
{
    public static Task<OrderOutcome> Handle(StartContainer order, FakeWorkerScript script, IMessageBus bus) => CarryOutAsync(order, script, bus);

    public static Task<OrderOutcome> Handle(StopContainer order, FakeWorkerScript script, IMessageBus bus) => CarryOutAsync(order, script, bus);

    public static Task<OrderOutcome> Handle(RemoveContainer order, FakeWorkerScript script, IMessageBus bus) => CarryOutAsync(order, script, bus);

    public static Task<OrderOutcome> Handle(PullImage order, FakeWorkerScript script, IMessageBus bus) => CarryOutAsync(order, script, bus);

    private static async Task<OrderOutcome> CarryOutAsync(Order order, FakeWorkerScript script, IMessageBus bus)
    {
        script.Received.Enqueue(order);
        if (script.Reports(order) is { } reports)
            await bus.InvokeAsync<ReportBatchRecorded>(Samples.Batch(order.CommandId, null, reports));
        return script.Outcome(order);
    }
}
