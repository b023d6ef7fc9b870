using System.Collections.Concurrent;
using System.Net.Sockets;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Shiplog.Contracts;
using Shiplog.Contracts.Orders;
using Wolverine;
using Wolverine.Http;
using Wolverine.Http.Transport;
using Wolverine.Runtime;

namespace Shiplog.Worker.Tests.Harness;

/// <summary>Plays the server: sends orders to a worker and records the batches that it reports.</summary>
public sealed class Server : IAsyncDisposable
{
    private const string Worker = "http://worker/_wolverine/invoke";
    private readonly Instance _instance;
    private WebApplication? _app;

    internal Server(Instance instance) => _instance = instance;

    /// <summary>Every batch, in the order of arrival, repetitions included.</summary>
    internal ConcurrentQueue<ReportBatch> Batches { get; } = new();

    /// <summary>When each of them arrived.</summary>
    internal ConcurrentQueue<(ReportBatch Batch, DateTimeOffset At)> Arrivals { get; } = new();

    /// <summary>Set to make recording fail.</summary>
    internal bool IsBroken { get; set; }

    internal IEnumerable<Report> Reports => Batches.DistinctBy(b => (b.Epoch, b.Number)).SelectMany(b => b.Reports);

    internal async Task StartAsync()
    {
        Directory.CreateDirectory(_instance.ServerRunFolder);
        File.Delete(_instance.ReportsSocket);
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.ListenUnixSocket(_instance.ReportsSocket));
        builder.Services.AddSingleton(this);
        builder.Services.AddWolverineHttp();
        builder.Services.AddHttpClient(Worker, client =>
        {
            client.BaseAddress = new Uri(Worker);
            client.Timeout = Timeout.InfiniteTimeSpan;
        }).ConfigurePrimaryHttpMessageHandler(() => Handler());
        builder.Host.UseWolverine(options =>
        {
            options.ApplicationAssembly = typeof(Server).Assembly;
            options.Durability.Mode = DurabilityMode.Solo;
            options.DefaultRemoteInvocationTimeout = TimeSpan.FromMinutes(5);
            options.PublishAllMessages().ToHttpEndpoint(Worker).SendInline();
        });
        _app = builder.Build();
        _app.MapWolverineHttpTransportEndpoints();
        await _app.StartAsync();
    }

    internal async Task StopAsync()
    {
        if (_app is null)
            return;
        await _app.StopAsync();
        await _app.DisposeAsync();
        _app = null;
    }

    internal Task<OrderOutcome> SendAsync(Order order) =>
        new MessageBus(_app!.Services.GetRequiredService<IWolverineRuntime>()).InvokeAsync<OrderOutcome>(order);

    /// <summary>For the worker's streams.</summary>
    internal HttpClient Http() => new(Handler()) { BaseAddress = new Uri("http://worker"), Timeout = TimeSpan.FromSeconds(60) };

    internal Socket Connect()
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        socket.Connect(new UnixDomainSocketEndPoint(_instance.WorkerSocket));
        return socket;
    }

    /// <summary>Waits for a report; thirty seconds at most, since the machine may be busy.</summary>
    internal async Task<T> ReceivedAsync<T>(Func<T, bool>? which = null) where T : Report
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (true)
        {
            var arrival = _arrived.Task;
            if (Reports.OfType<T>().FirstOrDefault(which ?? (_ => true)) is { } report)
                return report;
            await arrival.WaitAsync(patience.Token);
        }
    }

    internal void Record(ReportBatch batch)
    {
        if (IsBroken)
            throw new InvalidOperationException("the event store is away");
        Arrivals.Enqueue((batch, DateTimeOffset.UtcNow));
        Batches.Enqueue(batch);
        Interlocked.Exchange(ref _arrived, new(TaskCreationOptions.RunContinuationsAsynchronously)).SetResult();
    }

    public async ValueTask DisposeAsync() => await StopAsync();

    private TaskCompletionSource _arrived = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private SocketsHttpHandler Handler() => new()
    {
        ConnectCallback = async (_, cancellation) =>
        {
            var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(_instance.WorkerSocket), cancellation);
            return new NetworkStream(socket, ownsSocket: true);
        },
    };
}

/// <summary>The receiving end, found by Wolverine.</summary>
public static class ReportBatchHandler
{
    public static ReportBatchRecorded Handle(ReportBatch batch, Server server)
    {
        server.Record(batch);
        return new ReportBatchRecorded(batch.Epoch, batch.Number);
    }
}
