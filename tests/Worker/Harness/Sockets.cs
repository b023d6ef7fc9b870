using System.Net;
using System.Net.Sockets;
using System.Text;
using Shiplog.Worker.Linux;

namespace Shiplog.Worker.Tests.Harness;

/// <summary>Sockets in another network namespace: one belongs to that of the thread which opened it, whoever uses it later.</summary>
internal static class Sockets
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    /// <summary>Opens something in the network namespace of this process.</summary>
    public static T In<T>(int pid, Func<T> open) => OwnThread.Run("in a namespace", () =>
    {
        using var ns = Files.Open($"/proc/{pid}/ns/net", Interop.O_RDONLY);
        return Interop.Setns(ns, Interop.CLONE_NEWNET) == 0 ? open() : throw LinuxException.Last("setns", $"{pid}");
    });

    /// <summary>Answers each TCP connection with this text until it is disposed.</summary>
    public static TcpListener Serve(int pid, int port, string text)
    {
        var listener = In(pid, () => new TcpListener(IPAddress.Any, port));
        listener.Start();
        _ = AnswerAsync(listener, text);
        return listener;
    }

    /// <summary>Answers each datagram with this text until it is disposed.</summary>
    public static UdpClient ServeUdp(int pid, int port, string text)
    {
        var client = In(pid, () => new UdpClient(new IPEndPoint(IPAddress.Any, port)));
        _ = AnswerAsync(client, text);
        return client;
    }

    /// <summary>What a server says to who connects from there; the error where nobody answers.</summary>
    public static async Task<string> AskAsync(int pid, string address, int port)
    {
        using var patience = new CancellationTokenSource(Patience);
        using var socket = In(pid, () => new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp));
        try
        {
            await socket.ConnectAsync(IPAddress.Parse(address), port, patience.Token);
            using var stream = new NetworkStream(socket);
            using var reader = new StreamReader(stream);
            return await reader.ReadToEndAsync(patience.Token);
        }
        catch (SocketException e)
        {
            return e.SocketErrorCode.ToString();
        }
        catch (IOException e)
        {
            return e.Message;
        }
    }

    /// <summary>As <see cref="AskAsync"/>; asks again where a datagram is lost.</summary>
    public static async Task<string> AskUdpAsync(int pid, string address, int port)
    {
        using var patience = new CancellationTokenSource(Patience);
        using var client = In(pid, () => new UdpClient(new IPEndPoint(IPAddress.Any, 0)));
        return await AskUdpAsync(client, address, port, patience.Token);
    }

    /// <summary>From a socket that stays the same, so that the kernel takes it for one conversation.</summary>
    public static async Task<string> AskUdpAsync(UdpClient client, string address, int port, CancellationToken cancellation)
    {
        while (true)
        {
            await client.SendAsync("?"u8.ToArray(), new IPEndPoint(IPAddress.Parse(address), port), cancellation);
            using var moment = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
            moment.CancelAfter(TimeSpan.FromMilliseconds(500));
            try
            {
                return Encoding.UTF8.GetString((await client.ReceiveAsync(moment.Token)).Buffer);
            }
            catch (Exception e) when (e is SocketException || (e is OperationCanceledException && !cancellation.IsCancellationRequested))
            {
                // Lost, or nobody was there yet.
            }
        }
    }

    private static async Task AnswerAsync(TcpListener listener, string text)
    {
        try
        {
            while (true)
            {
                using var client = await listener.AcceptTcpClientAsync();
                await client.GetStream().WriteAsync(Encoding.UTF8.GetBytes(text));
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // The test is over.
        }
    }

    private static async Task AnswerAsync(UdpClient client, string text)
    {
        try
        {
            while (true)
                await client.SendAsync(Encoding.UTF8.GetBytes(text), (await client.ReceiveAsync()).RemoteEndPoint, CancellationToken.None);
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // The test is over.
        }
    }
}
