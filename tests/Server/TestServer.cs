using System.Net.Sockets;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Shiplog.Contracts;
using Shiplog.Server.Hosting;

namespace Shiplog.Server.Tests;

/// <summary>The whole server, as <c>Program</c> builds it, on the sockets of a test's instance.</summary>
internal sealed class TestServer : IAsyncDisposable
{
    private readonly WebApplication _app;

    private TestServer(WebApplication app, Instance instance)
    {
        _app = app;
        Docker = OverSocket(Listening.DockerSocket(instance));
        Reports = OverSocket(instance.ReportsSocket);
        Http = new HttpClient { BaseAddress = new Uri(app.Urls.Single(u => !u.Contains("unix:", StringComparison.Ordinal))) };
    }

    public HttpClient Docker { get; }

    public HttpClient Reports { get; }

    public HttpClient Http { get; }

    public T Get<T>() where T : notnull => _app.Services.GetRequiredService<T>();

    public static async Task<TestServer> StartAsync(Instance instance)
    {
        var app = Program.Build([], instance);
        await app.StartAsync();
        return new TestServer(app, instance);
    }

    public async ValueTask DisposeAsync()
    {
        Docker.Dispose();
        Reports.Dispose();
        Http.Dispose();
        await _app.StopAsync();
        await _app.DisposeAsync();
    }

    private static HttpClient OverSocket(string path) => new(new SocketsHttpHandler
    {
        ConnectCallback = async (_, cancellation) =>
        {
            var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(path), cancellation);
            return new NetworkStream(socket, ownsSocket: true);
        },
    })
    { BaseAddress = new Uri("http://shiplog/") };
}
