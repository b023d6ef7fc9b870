using System.Globalization;
using System.Net.Sockets;
using System.Text;
using Shiplog.Server.Orders;

namespace Shiplog.Server.DockerApi;

/// <summary>A connection to the worker that speaks raw bytes: the other half of a hijacked stream.</summary>
internal sealed class WorkerAttachment : IDisposable
{
    private const int LargestHead = 16 * 1024;

    private WorkerAttachment(Socket socket, byte[] first)
    {
        Socket = socket;
        First = first;
    }

    public Socket Socket { get; }

    /// <summary>What of the stream came with the answer's head.</summary>
    public byte[] First { get; }

    public void Dispose() => Socket.Dispose();

    /// <summary>Asks the worker for the stream at this path.</summary>
    /// <exception cref="DockerException">The worker refused.</exception>
    /// <exception cref="WorkerAwayException">It does not answer.</exception>
    public static async Task<WorkerAttachment> OpenAsync(IWorker worker, string pathAndQuery, CancellationToken cancellation)
    {
        var socket = await worker.ConnectAsync(cancellation);
        try
        {
            await socket.SendAsync(Encoding.ASCII.GetBytes(
                $"POST {pathAndQuery} HTTP/1.1\r\nHost: worker\r\nConnection: Upgrade\r\nUpgrade: tcp\r\nContent-Length: 0\r\n\r\n"), cancellation);
            return await ReadHeadAsync(socket, cancellation);
        }
        catch (SocketException e)
        {
            socket.Dispose();
            throw new WorkerAwayException($"the worker broke off: {e.Message}", e);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private static async Task<WorkerAttachment> ReadHeadAsync(Socket socket, CancellationToken cancellation)
    {
        var buffer = new byte[LargestHead];
        var length = 0;
        while (true)
        {
            var end = buffer.AsSpan(0, length).IndexOf("\r\n\r\n"u8);
            if (end >= 0)
            {
                var rest = buffer[(end + 4)..length];
                var status = StatusOf(Encoding.ASCII.GetString(buffer, 0, end));
                if (status != 101)
                    throw new DockerException(status, await RefusalAsync(socket, rest, cancellation));
                return new WorkerAttachment(socket, rest);
            }
            var read = length == buffer.Length ? 0 : await socket.ReceiveAsync(buffer.AsMemory(length), cancellation);
            if (read == 0)
                throw new DockerException(502, "the worker ended the stream before it had begun");
            length += read;
        }
    }

    private static int StatusOf(string head) =>
        head.Split(' ', 3) is [_, var code, ..] && int.TryParse(code[..Math.Min(3, code.Length)], CultureInfo.InvariantCulture, out var status)
            ? status
            : 502;

    /// <summary>The worker says why in plain words; its answer is short and ends with what has come by now.</summary>
    private static async Task<string> RefusalAsync(Socket socket, byte[] body, CancellationToken cancellation)
    {
        if (body.Length == 0)
        {
            var buffer = new byte[4096];
            body = buffer[..await socket.ReceiveAsync(buffer.AsMemory(), cancellation)];
        }
        var text = Encoding.UTF8.GetString(body);
        return WorkerMessage.Of(text);
    }
}
