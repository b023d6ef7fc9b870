using System.Net.Sockets;
using System.Text;

namespace Shiplog.Conformance.Tests.Speaking;

/// <summary>A connection that the engine has taken out of HTTP: attach, exec.</summary>
internal sealed class Hijacked : IDisposable
{
    private readonly NetworkStream _stream;

    private Hijacked(Socket socket, string head) => (Socket, _stream, Head) = (socket, new NetworkStream(socket, ownsSocket: true), head);

    public Socket Socket { get; }

    /// <summary>The answer's status line and headers.</summary>
    public string Head { get; }

    public Stream Stream => _stream;

    public static async Task<Hijacked> PostAsync(string path, bool upgrade = true, string body = "")
    {
        var cancellation = TestContext.Current.CancellationToken;
        var socket = await DockerEngine.ConnectAsync(cancellation);
        var headers = upgrade ? "Connection: Upgrade\r\nUpgrade: tcp\r\n" : "";
        var type = body is "" ? "" : "Content-Type: application/json\r\n";
        await socket.SendAsync(Encoding.ASCII.GetBytes(
            $"POST {DockerEngine.Api}{path} HTTP/1.1\r\nHost: docker\r\n{headers}{type}Content-Length: {body.Length}\r\n\r\n{body}"), cancellation);
        var head = new StringBuilder();
        var one = new byte[1];
        while (!head.ToString().EndsWith("\r\n\r\n", StringComparison.Ordinal))
        {
            (await socket.ReceiveAsync(one, cancellation)).ShouldBe(1, $"the connection ended after: {head}");
            head.Append((char)one[0]);
        }
        return new Hijacked(socket, head.ToString());
    }

    public Task SendAsync(string text) => _stream.WriteAsync(Encoding.UTF8.GetBytes(text)).AsTask();

    /// <summary>No more input, as the docker CLI says it.</summary>
    public void EndInput() => Socket.Shutdown(SocketShutdown.Send);

    public async Task<byte[]> ReadToEndAsync()
    {
        using var patience = new CancellationTokenSource(DockerEngine.Patience);
        using var all = new MemoryStream();
        await _stream.CopyToAsync(all, patience.Token);
        return all.ToArray();
    }

    public async Task<Frame[]> FramesToEndAsync() => Frame.Read(await ReadToEndAsync());

    public async Task<Frame> FrameAsync()
    {
        using var patience = new CancellationTokenSource(DockerEngine.Patience);
        return (await Frame.ReadAsync(_stream, patience.Token)).ShouldNotBeNull("the connection has ended");
    }

    /// <summary>Raw output, as a terminal's is, up to this text.</summary>
    public async Task<string> ReadUntilAsync(string end)
    {
        using var patience = new CancellationTokenSource(DockerEngine.Patience);
        var text = new StringBuilder();
        var one = new byte[1];
        while (!text.ToString().EndsWith(end, StringComparison.Ordinal))
        {
            (await _stream.ReadAsync(one, patience.Token)).ShouldBe(1, $"the connection ended after: {text}");
            text.Append((char)one[0]);
        }
        return text.ToString();
    }

    public void Dispose() => _stream.Dispose();
}
