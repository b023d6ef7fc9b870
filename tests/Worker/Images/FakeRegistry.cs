using System.Collections.Concurrent;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Shiplog.Worker.Layers;

namespace Shiplog.Worker.Tests.Images;

/// <summary>A registry that serves one image, and misbehaves where it is told to. For the good ways there is the real one.</summary>
internal sealed class FakeRegistry : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly TestImage _image;
    private readonly Func<HttpContext, Task<bool>> _misbehave;

    private FakeRegistry(TestImage image, Func<HttpContext, Task<bool>> misbehave)
    {
        (_image, _misbehave) = (image, misbehave);
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(k => k.Listen(System.Net.IPAddress.Loopback, 0));
        _app = builder.Build();
        _app.Run(ServeAsync);
    }

    public string Host => new Uri(_app.Urls.First()).Authority;

    /// <summary>Paths asked for, with the Authorization header.</summary>
    public ConcurrentQueue<(string Path, string Authorization)> Requests { get; } = new();

    /// <param name="misbehave">Answers a request in its own way and returns true, or leaves it.</param>
    public static async Task<FakeRegistry> StartAsync(TestImage image, Func<HttpContext, Task<bool>> misbehave)
    {
        var registry = new FakeRegistry(image, misbehave);
        await registry._app.StartAsync();
        return registry;
    }

    public static Task<FakeRegistry> StartAsync(TestImage image, Func<HttpContext, bool> misbehave) =>
        StartAsync(image, context => Task.FromResult(misbehave(context)));

    public static bool IsManifest(HttpContext context) => context.Request.Path.Value!.Contains("/manifests/", StringComparison.Ordinal);

    public static bool IsBlob(HttpContext context, byte[] blob) => context.Request.Path.Value!.EndsWith(Digest.Of(blob), StringComparison.Ordinal);

    public async ValueTask DisposeAsync() => await _app.DisposeAsync();

    private async Task ServeAsync(HttpContext context)
    {
        Requests.Enqueue((context.Request.Path.Value!, context.Request.Headers.Authorization.ToString()));
        if (await _misbehave(context))
            return;
        if (IsManifest(context))
        {
            context.Response.ContentType = _image.MediaType;
            await context.Response.Body.WriteAsync(_image.Manifest);
        }
        else if (((byte[][])[.. _image.Blobs, _image.Config]).FirstOrDefault(b => IsBlob(context, b)) is { } blob)
        {
            context.Response.ContentLength = blob.Length;
            await context.Response.Body.WriteAsync(blob);
        }
        else if (context.Request.Path != "/v2/")
        {
            context.Response.StatusCode = StatusCodes.Status404NotFound;
        }
    }
}
