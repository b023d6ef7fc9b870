using System.Buffers;
using System.IO.Pipelines;
using System.Net.Sockets;
using Shiplog.Contracts.Orders;
using Shiplog.Worker.Linux;
using Shiplog.Worker.Runtime;

namespace Shiplog.Worker.Streams;

/// <summary>
/// One run of a container, or of an exec, as those attached to it see it. They may come before it starts, so that no byte is lost; the
/// session is over when the container has ended and all of its output has been passed on.
/// </summary>
/// <remarks>
/// Who asks for what was written before as well is joined first and told the log then, with the live output waiting behind it.
/// So nothing that is written from the join on is missed, and what is written between the join and the end of the log comes
/// twice: once out of the log, once live.
/// </remarks>
internal sealed class ContainerSession
{
    // conmon takes 32 KiB at a time from its socket and loses the rest of a longer packet.
    private const int InputPacket = 16 << 10;

    // conmon marks each packet with the stream it came from, before up to 8 KiB of it.
    private const int OutputPacket = (8 << 10) + 1;
    private const byte ConmonStderr = 3;

    private readonly Lock _gate = new();
    private readonly List<AttachedClient> _clients = [];
    private readonly TaskCompletionSource<Socket> _connected = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private (string Bundle, bool ClosesInput)? _run;
    private bool _connecting;

    /// <summary>The terminal's size as last asked for, in characters.</summary>
    public (int Width, int Height)? Size { get; private set; }

    public bool IsEnded => _ended.Task.IsCompleted;

    /// <summary>Completes with the session.</summary>
    public Task Ended => _ended.Task;

    /// <summary>
    /// The container is made: from here on it can be connected to. Call it before the program starts; it returns when those
    /// attached already will get the first byte.
    /// </summary>
    /// <param name="closesInput">The program's input ends with its first client's.</param>
    public void Made(string bundle, bool closesInput)
    {
        lock (_gate)
        {
            _run = (bundle, closesInput);
            if (_clients.Count > 0)
                Connect();
        }
    }

    /// <summary>The container has ended, or was never made. Output under way is still passed on.</summary>
    public void Finish()
    {
        lock (_gate)
        {
            // The connection's own end comes after the last byte.
            if (!_connecting)
                _ended.TrySetResult();
        }
    }

    /// <summary>The terminal is to have another size, in characters.</summary>
    public void Resize(int width, int height)
    {
        lock (_gate)
        {
            Size = (width, height);
            foreach (var client in _clients)
                client.Resized(width, height);
        }
    }

    /// <summary>Serves one client until he leaves or the session ends.</summary>
    /// <param name="answer">Tells him that he is attached: he is by then, and misses nothing of what he starts thereupon.</param>
    public async Task ServeAsync(AttachedClient client, PipeReader input, string log, Func<Task> answer)
    {
        await client.BeginAsync();
        try
        {
            if (client.Request.Stream)
                Join(client);
            await answer();
            if (client.Request.Logs)
                await LogReader.ReplayAsync(log, client);
        }
        finally
        {
            client.End();
        }

        if (!client.Request.Stream)
            return;
        var typing = client.Request.Stdin ? ForwardAsync(client, input) : DrainAsync(client, input);
        await Task.WhenAny(Ended, client.Left);
        lock (_gate)
            _clients.Remove(client);
        client.Leave();
        // What is still being written to him must have been written before his connection closes.
        await client.BeginAsync();
        client.End();
        input.CancelPendingRead();
        await typing;
    }

    private void Join(AttachedClient client)
    {
        lock (_gate)
        {
            _clients.Add(client);
            if (_run is not null)
                Connect();
        }
    }

    private void Connect()
    {
        if (_connecting)
            return;
        _connecting = true;
        var (bundle, _) = _run!.Value;
        var socket = new Socket(AddressFamily.Unix, SocketType.Seqpacket, ProtocolType.Unspecified);
        try
        {
            // By descriptor: the path may be longer than a socket address.
            using var folder = Files.OpenPath(bundle);
            socket.Connect(new UnixDomainSocketEndPoint($"/proc/self/fd/{folder.DangerousGetHandle()}/{Conmon.AttachName}"));
        }
        catch (Exception e) when (e is SocketException or LinuxException)
        {
            // Ended in this moment: there is nothing more to pass on.
            socket.Dispose();
            _ended.TrySetResult();
            return;
        }

        _connected.SetResult(socket);
        _ = PassOnAsync(socket);
    }

    private async Task PassOnAsync(Socket socket)
    {
        var packet = new byte[OutputPacket];
        try
        {
            int length;
            while ((length = await socket.ReceiveAsync(packet.AsMemory())) > 0)
            {
                AttachedClient[] clients;
                lock (_gate)
                    clients = [.. _clients];
                var stream = packet[0] == ConmonStderr ? OutputStream.Stderr : OutputStream.Stdout;
                foreach (var client in clients)
                    await client.WriteAsync(stream, packet.AsMemory(1, length - 1));
            }
        }
        catch (SocketException)
        {
            // conmon was killed: as if it had closed.
        }
        finally
        {
            socket.Dispose();
            _ended.TrySetResult();
        }
    }

    private async Task ForwardAsync(AttachedClient client, PipeReader input)
    {
        try
        {
            var ended = await Task.WhenAny(_connected.Task, Ended, client.Left);
            if (ended != _connected.Task)
                return;
            var socket = await _connected.Task;
            if (await CopyAsync(client, input, socket) && _run!.Value.ClosesInput)
                socket.Shutdown(SocketShutdown.Send);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // The container has gone: the end of its output ends the session.
        }
        catch (Exception e) when (e is IOException or OperationCanceledException)
        {
            client.Leave();
        }
    }

    /// <returns>True where the client has closed his input, false where he has detached or the session ended.</returns>
    private static async Task<bool> CopyAsync(AttachedClient client, PipeReader reader, Socket socket)
    {
        var typed = new List<byte>();
        while (true)
        {
            var read = await reader.ReadAsync();
            if (read.IsCanceled)
                return false;
            foreach (var part in read.Buffer)
            {
                typed.Clear();
                var detached = false;
                if (client.Request.Tty)
                    detached = client.Keys.Filter(part.Span, typed);
                else
                    typed.AddRange(part.Span);
                var input = typed.ToArray();
                client.Typed(input);
                await SendAsync(socket, input);
                if (detached)
                {
                    client.Leave();
                    return false;
                }
            }

            reader.AdvanceTo(read.Buffer.End);
            if (read.IsCompleted)
                return true;
        }
    }

    private static async Task SendAsync(Socket socket, ReadOnlyMemory<byte> data)
    {
        for (var sent = 0; sent < data.Length; sent += InputPacket)
            await socket.SendAsync(data.Slice(sent, Math.Min(InputPacket, data.Length - sent)));
    }

    // Somebody without input may still close his side; only the connection's failure says that he has gone.
    private static async Task DrainAsync(AttachedClient client, PipeReader input)
    {
        try
        {
            ReadResult read;
            do
            {
                read = await input.ReadAsync();
                input.AdvanceTo(read.Buffer.End);
            }
            while (!read.IsCompleted && !read.IsCanceled);
        }
        catch (Exception e) when (e is IOException or OperationCanceledException)
        {
            client.Leave();
        }
    }
}
