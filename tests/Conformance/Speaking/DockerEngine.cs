using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;

namespace Shiplog.Conformance.Tests.Speaking;

/// <summary>The engine under test: whatever answers on the socket that <c>CONFORMANCE_SOCKET</c> names.</summary>
internal static class DockerEngine
{
    /// <summary>The newest that both engines speak: that of dockerd 20.10.</summary>
    public const string Api = "/v1.41";

    /// <summary>The image that is there before the first test.</summary>
    public const string Image = "busybox";

    /// <summary>Longest wait for anything.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private static readonly HttpClient Client = new(new SocketsHttpHandler
    {
        ConnectCallback = async (_, cancellation) => new NetworkStream(await ConnectAsync(cancellation), ownsSocket: true),
    })
    { BaseAddress = new Uri("http://docker"), Timeout = Patience };

    /// <summary>Where an image named <c>busybox:latest</c> can be pulled from: <c>127.0.0.1:5000</c>.</summary>
    public static string Registry => Wanted("CONFORMANCE_REGISTRY");

    /// <summary>The engine is Docker's own: the few accepted differences (README.md) are told apart by it.</summary>
    public static bool IsDockerd => Wanted("CONFORMANCE_ENGINE") == "dockerd";

    /// <summary>The status for input that makes no sense, where dockerd 20.10 took it for a failure of its own; later ones do not.</summary>
    public static int BadInput => IsDockerd ? 500 : 400;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public static async Task<Socket> ConnectAsync(CancellationToken cancellation)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await socket.ConnectAsync(new UnixDomainSocketEndPoint(Wanted("CONFORMANCE_SOCKET")), cancellation);
        return socket;
    }

    public static Task<Answer> GetAsync(string path) => SendAsync(HttpMethod.Get, path);

    public static Task<Answer> DeleteAsync(string path) => SendAsync(HttpMethod.Delete, path);

    /// <param name="body">Serialised to JSON; <see langword="null"/> for none.</param>
    public static Task<Answer> PostAsync(string path, object? body = null) =>
        SendAsync(HttpMethod.Post, path, body is null ? null : JsonContent(JsonSerializer.Serialize(body)));

    public static Task<Answer> PostJsonAsync(string path, string json) => SendAsync(HttpMethod.Post, path, JsonContent(json));

    /// <param name="path">Without the version in front.</param>
    public static Task<Answer> SendAsync(HttpMethod method, string path, HttpContent? content = null) => SendAsIsAsync(method, Api + path, content);

    public static async Task<Answer> SendAsIsAsync(HttpMethod method, string path, HttpContent? content = null)
    {
        using var request = new HttpRequestMessage(method, path) { Content = content };
        using var response = await Client.SendAsync(request, Cancellation);
        return new Answer(
            $"{method} {path}", (int)response.StatusCode, response.Headers, response.Content.Headers.ContentType?.MediaType ?? "",
            await response.Content.ReadAsByteArrayAsync(Cancellation));
    }

    /// <summary>An answer whose body comes bit by bit.</summary>
    public static async Task<Stream> OpenAsync(HttpMethod method, string path)
    {
        using var request = new HttpRequestMessage(method, Api + path);
        var response = await Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, Cancellation);
        ((int)response.StatusCode).ShouldBe(200, $"{method} {path}");
        return await response.Content.ReadAsStreamAsync(Cancellation);
    }

    private static StringContent JsonContent(string json) => new(json, Encoding.UTF8, new MediaTypeHeaderValue("application/json"));

    private static string Wanted(string variable) => Environment.GetEnvironmentVariable(variable)
        ?? throw new InvalidOperationException($"{variable} is not set: infra/conformance brings an engine up and runs this suite on it");
}
