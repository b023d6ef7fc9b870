using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Shiplog.Domain.Networks;
using Shiplog.Server.DockerApi;
using Shiplog.Server.Orders;
using Shiplog.Server.Store;

namespace Shiplog.Server.Tests.DockerApi;

/// <summary>Docker's API on a unix socket, over a real event store and a scripted worker.</summary>
public sealed class DockerServer : IAsyncLifetime
{
    private Cluster _cluster = null!;
    private WebApplication _app = null!;

    internal ScriptedWorker Worker { get; } = new();

    internal string Socket { get; private set; } = "";

    internal HttpClient Client { get; private set; } = null!;

    internal IEventLog Log => _app.Services.GetRequiredService<IEventLog>();

    public async ValueTask InitializeAsync()
    {
        _cluster = await Cluster.StartAsync();
        Socket = Path.Combine(_cluster.Home, "docker.sock");
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.SetMinimumLevel(LogLevel.Warning);
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.ListenUnixSocket(Socket, listener => listener.UseDockerStreams()));
        builder.Services.AddSingleton(TimeProvider.System).AddSingleton(_cluster.Instance).AddEventStore(_cluster.Instance)
            .AddSingleton<IWorker>(Worker).AddSingleton<OrderFactory>().AddDockerApi();
        _app = builder.Build();
        _app.UseDockerApi();
        Worker.Facts = _app.Services.GetRequiredService<IFacts>();
        await _app.StartAsync();
        var now = DateTimeOffset.UtcNow;
        foreach (var network in DefaultNetworks.Decide([], "10.77.0.1/16", "sl-test", [], TestStore.NewId, now))
            await Log.AppendAsync([(Streams.Network(network.NetworkId), network)], TestStore.Request(), CancellationToken.None);
        Client = new HttpClient(new SocketsHttpHandler
        {
            ConnectCallback = async (_, cancellation) => new NetworkStream(await ConnectAsync(cancellation), ownsSocket: true),
            // By default a body that is not asked for within a second is sent all the same, into a connection that may be closed by then.
            Expect100ContinueTimeout = TimeSpan.FromSeconds(60),
        })
        { BaseAddress = new Uri("http://docker/v1.50/") };
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await _app.DisposeAsync();
        await Worker.DisposeAsync();
        await _cluster.DisposeAsync();
    }

    internal async Task<Socket> ConnectAsync(CancellationToken cancellation)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await socket.ConnectAsync(new UnixDomainSocketEndPoint(Socket), cancellation);
        return socket;
    }

    /// <summary>The container's last event of this type, as REST gives it.</summary>
    internal async Task<Contracts.Views.EventView> LastEventAsync(string containerId, string type)
    {
        Contracts.Views.EventView? last = null;
        await foreach (var e in _app.Services.GetRequiredService<IEventFeed>().ReadAsync(
            0, Streams.Container(containerId), null, null, follow: false, TestContext.Current.CancellationToken))
            last = e.Type == type ? e : last;
        return last ?? throw new InvalidOperationException($"no {type} of {containerId}");
    }

    internal Task<string> PsqlAsync(string sql) => _cluster.PsqlAsync(sql);

    /// <summary>Sends JSON as it is written here.</summary>
    internal Task<HttpResponseMessage> PostAsync(string path, string json, string type = "application/json")
    {
        var content = new StringContent(json, Encoding.UTF8);
        content.Headers.ContentType = new(type);
        return Client.PostAsync(path, content, TestContext.Current.CancellationToken);
    }

    internal Task<HttpResponseMessage> PostAsync(string path) => Client.PostAsync(path, null, TestContext.Current.CancellationToken);

    /// <summary>The image <c>busybox</c> is on the host.</summary>
    internal async Task PullBusyboxAsync()
    {
        Worker.Script = (_, socket) => ScriptedWorker.AnswerAsync(socket, "200 OK", "application/json", "");
        using var answer = await PostAsync("images/create?fromImage=busybox&tag=latest");
        answer.StatusCode.ShouldBe(System.Net.HttpStatusCode.OK, await answer.Content.ReadAsStringAsync());
    }

    internal async Task<string> CreateAsync(string name, string json = """{"Image":"busybox"}""")
    {
        using var answer = await PostAsync("containers/create?name=" + name, json);
        var body = await answer.Content.ReadFromJsonAsync<JsonElement>();
        return body.TryGetProperty("Id", out var id) ? id.GetString()! : throw new InvalidOperationException(body.ToString());
    }

    internal static async Task<string> MessageAsync(HttpResponseMessage answer) =>
        (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("message").GetString()!;
}
