using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Threading.Channels;
using Shiplog.Contracts.Orders;
using Shiplog.Worker.Linux;

namespace Shiplog.Worker.Network;

/// <summary>
/// Keeps other programs of the host off published ports: a socket at each of them. They end with the worker; its next life
/// takes the ports again. Nothing arrives at them as long as the packet filter's rules are there: what does tells that they are not.
/// </summary>
internal sealed class HeldPorts : IDisposable
{
    private const int Sctp = 132;

    private readonly ConcurrentDictionary<string, Socket[]> _held = new();

    // One is enough to look after all.
    private readonly Channel<PortMapping> _arrivals = Channel.CreateBounded<PortMapping>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });

    /// <summary>Ports at which something has arrived here and not at the container.</summary>
    public IAsyncEnumerable<PortMapping> Arrivals(CancellationToken cancellation) => _arrivals.Reader.ReadAllAsync(cancellation);

    /// <summary>All of them or none.</summary>
    /// <exception cref="PortInUseException">Another program has one.</exception>
    public void Hold(string container, PortMapping[] ports)
    {
        Release(container);
        var held = new List<Socket>();
        try
        {
            foreach (var port in ports)
                held.Add(Open(port));
            _held[container] = [.. held];
        }
        catch
        {
            held.ForEach(s => s.Dispose());
            throw;
        }
    }

    public void Release(string container)
    {
        if (_held.TryRemove(container, out var held))
            Array.ForEach(held, s => s.Dispose());
    }

    /// <summary>From here on the packet filter's rules are there.</summary>
    public void Watch(string container, PortMapping[] ports)
    {
        if (!_held.TryGetValue(container, out var held))
            return;
        for (var i = 0; i < held.Length; i++)
            _ = WatchAsync(held[i], ports[i]);
    }

    public void Dispose()
    {
        foreach (var container in _held.Keys)
            Release(container);
    }

    private async Task WatchAsync(Socket socket, PortMapping port)
    {
        var nothing = new byte[1];
        var anybody = new IPEndPoint(IPAddress.Any, 0);
        while (true)
        {
            try
            {
                if (port.Protocol is "udp")
                    await socket.ReceiveFromAsync(nothing, SocketFlags.None, anybody);
                else
                    Reset(await socket.AcceptAsync());
                _arrivals.Writer.TryWrite(port);
            }
            catch (SocketException e) when (e.SocketErrorCode is SocketError.ConnectionAborted or SocketError.ConnectionReset)
            {
                // It came, and went before it was taken.
            }
            catch (Exception e) when (e is ObjectDisposedException or SocketException)
            {
                return;
            }
        }
    }

    // The client is to try again, and not to wait.
    private static void Reset(Socket client)
    {
        client.LingerState = new LingerOption(true, 0);
        client.Dispose();
    }

    private static Socket Open(PortMapping port)
    {
        Socket? socket = null;
        try
        {
            socket = port.Protocol switch
            {
                "udp" => new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp),
                "sctp" => OpenSctp(),
                _ => new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp),
            };
            socket.Bind(new IPEndPoint(IPAddress.Parse(port.HostIp), port.HostPort));
            // Beside one that is bound only, another program may listen.
            if (port.Protocol is not "udp")
                socket.Listen(1);
            return socket;
        }
        catch (SocketException e)
        {
            socket?.Dispose();
            throw new PortInUseException(port, Reason(e.SocketErrorCode) ?? e.Message, e);
        }
    }

    private static Socket OpenSctp()
    {
        using var handle = Interop.Socket(Interop.AF_INET, Interop.SOCK_STREAM | Interop.SOCK_CLOEXEC, Sctp);
        if (handle.IsInvalid)
            throw new SocketException((int)SocketError.ProtocolNotSupported);
        var socket = new Socket(new SafeSocketHandle(handle.DangerousGetHandle(), ownsHandle: true));
        handle.SetHandleAsInvalid();
        return socket;
    }

    private static string? Reason(SocketError error) => error switch
    {
        SocketError.AddressAlreadyInUse => "bind: address already in use",
        SocketError.AddressNotAvailable => "bind: cannot assign requested address",
        SocketError.ProtocolNotSupported => "this kernel has not got the protocol",
        _ => null,
    };
}

/// <summary>A port cannot be had; the words are Go's, which dockerd passes on.</summary>
internal sealed class PortInUseException(PortMapping port, string reason, Exception inner)
    : Exception(string.Create(CultureInfo.InvariantCulture, $"listen {port.Protocol}4 {port.HostIp}:{port.HostPort}: {reason}"), inner)
{
    public PortMapping Port => port;

    /// <summary>Another one may be free.</summary>
    public bool IsBusy => InnerException is SocketException { SocketErrorCode: SocketError.AddressAlreadyInUse };
}
