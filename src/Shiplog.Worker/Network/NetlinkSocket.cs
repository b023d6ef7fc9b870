using System.Buffers.Binary;
using Microsoft.Win32.SafeHandles;
using Shiplog.Worker.Linux;

namespace Shiplog.Worker.Network;

/// <summary>
/// A conversation with the kernel about one network namespace: that of the thread which opened it, from whichever thread
/// it is used later. Requests are answered within the call, in microseconds; one at a time.
/// </summary>
internal sealed class NetlinkSocket : IDisposable
{
    private const ushort NLMSG_ERROR = 2;
    private readonly Lock _gate = new();
    private readonly SafeFileHandle _socket;
    private uint _sequence;

    /// <param name="protocol">What is spoken about: links, addresses and routes, or the packet filter.</param>
    public NetlinkSocket(int protocol = Interop.NETLINK_ROUTE)
    {
        _socket = Interop.Socket(Interop.AF_NETLINK, Interop.SOCK_RAW | Interop.SOCK_CLOEXEC, protocol);
        if (_socket.IsInvalid)
            throw LinuxException.Last("socket", "AF_NETLINK");
    }

    /// <summary>Asks, and waits until it is done.</summary>
    /// <param name="subject">What it is about, for the error.</param>
    /// <exception cref="LinuxException">The kernel refused.</exception>
    public void Do(NetlinkMessage message, string subject)
    {
        if (Exchange(message, subject) is { } error)
            throw error;
    }

    /// <summary>Asks for all of it in one transaction, which two requests enclose.</summary>
    /// <param name="requests">Each is acknowledged.</param>
    /// <exception cref="LinuxException">The kernel refused one; nothing was done.</exception>
    public void DoAll(NetlinkMessage begin, IReadOnlyList<NetlinkMessage> requests, NetlinkMessage end, string subject)
    {
        lock (_gate)
        {
            var first = _sequence + 1;
            NetlinkMessage[] all = [begin, .. requests, end];
            byte[] batch = [.. all.SelectMany(m => m.ToBytes(++_sequence))];
            Send(batch, subject);
            LinuxException? refused = null;
            for (var answers = 0; answers < requests.Count; answers++)
            {
                var answer = Receive(subject, first);
                if (ErrorOf(answer) is { } error and not 0)
                    refused ??= new LinuxException(error, "nfnetlink", subject);
                // About the batch itself: the requests in it are not answered.
                if (BinaryPrimitives.ReadUInt32LittleEndian(answer.AsSpan(8)) == first)
                    break;
            }

            if (refused is not null)
                throw refused;
        }
    }

    /// <summary>As <see cref="Do"/>, but an object that exists already is fine; false says that it did.</summary>
    public bool Ensure(NetlinkMessage message, string subject)
    {
        var error = Exchange(message, subject);
        return error switch
        {
            null => true,
            { Errno: Errno.EEXIST } => false,
            _ => throw error,
        };
    }

    /// <summary>As <see cref="Do"/>, but an object that is missing is fine; false says that it was.</summary>
    public bool DeleteLink(string name)
    {
        var error = Exchange(LinkPlans.DeleteLink(name), name);
        return error switch
        {
            null => true,
            { Errno: Errno.ENODEV } => false,
            _ => throw error,
        };
    }

    /// <summary>An interface's index; <see langword="null"/> where there is none of this name.</summary>
    public int? FindLink(string name)
    {
        lock (_gate)
        {
            var buffer = Send(LinkPlans.GetLink(name), name);
            var errno = ErrorOf(buffer);
            if (errno == Errno.ENODEV)
                return null;
            if (errno is { } other)
                throw new LinuxException(other, "rtnetlink", name);
            return BinaryPrimitives.ReadInt32LittleEndian(buffer.AsSpan(20));
        }
    }

    /// <summary>Names of the interfaces that are ports of this bridge.</summary>
    public IReadOnlyList<string> Ports(int bridge) =>
        [.. List(LinkPlans.ListLinks(), "all links").Where(l => l is { IsLink: true, Master: { } master } && master == bridge).Select(l => l.Name)];

    /// <summary>All that the kernel has of a kind.</summary>
    /// <exception cref="LinuxException">The kernel refused.</exception>
    public IReadOnlyList<NetlinkReply> List(NetlinkMessage request, string subject)
    {
        lock (_gate)
        {
            var all = new List<NetlinkReply>();
            Write(request, subject);
            while (true)
            {
                var answer = Receive(subject);
                if (ErrorOf(answer) is { } error and not 0)
                    throw new LinuxException(error, "netlink", subject);
                foreach (var message in NetlinkReply.Split(answer))
                {
                    if (message.IsLast)
                        return all;
                    all.Add(message);
                }
            }
        }
    }

    public void Dispose() => _socket.Dispose();

    private LinuxException? Exchange(NetlinkMessage message, string subject)
    {
        lock (_gate)
        {
            var errno = ErrorOf(Send(message, subject));
            return errno is null or 0 ? null : new LinuxException(errno.Value, "rtnetlink", subject);
        }
    }

    private byte[] Send(NetlinkMessage message, string subject)
    {
        Write(message, subject);
        return Receive(subject);
    }

    private void Write(NetlinkMessage message, string subject) => Send(message.ToBytes(++_sequence), subject);

    private void Send(byte[] request, string subject)
    {
        if (Interop.Send(_socket, request, (nuint)request.Length, 0) != request.Length)
            throw LinuxException.Last("send", subject);
    }

    private byte[] Receive(string subject, uint? from = null)
    {
        var buffer = new byte[32 << 10];
        while (true)
        {
            var read = (int)Interop.Recv(_socket, buffer, (nuint)buffer.Length, 0);
            if (read < 0)
            {
                var error = LinuxException.Last("recv", subject);
                if (error.Errno == Errno.EINTR)
                    continue;
                throw error;
            }

            // An answer to an earlier request, whose reader gave up, is not ours.
            if (BinaryPrimitives.ReadUInt32LittleEndian(buffer.AsSpan(8)) is var sequence && sequence >= (from ?? _sequence) && sequence <= _sequence)
                return buffer[..read];
        }
    }

    /// <summary>An acknowledgement is an error message with the number 0; any other type is an answer.</summary>
    private static int? ErrorOf(byte[] answer) =>
        BinaryPrimitives.ReadUInt16LittleEndian(answer.AsSpan(4)) == NLMSG_ERROR
            ? -BinaryPrimitives.ReadInt32LittleEndian(answer.AsSpan(16))
            : null;
}
