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

    public NetlinkSocket()
    {
        _socket = Interop.Socket(Interop.AF_NETLINK, Interop.SOCK_RAW | Interop.SOCK_CLOEXEC, Interop.NETLINK_ROUTE);
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
    public IReadOnlyList<string> Ports(int bridge)
    {
        lock (_gate)
        {
            var names = new List<string>();
            Write(LinkPlans.ListLinks(), "all links");
            for (var more = true; more;)
            {
                foreach (var message in NetlinkReply.Split(Receive("all links")))
                {
                    more = !message.IsLast;
                    if (message is { IsLink: true, Master: { } master } && master == bridge)
                        names.Add(message.Name);
                }
            }

            return names;
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

    private void Write(NetlinkMessage message, string subject)
    {
        var request = message.ToBytes(++_sequence);
        if (Interop.Send(_socket, request, (nuint)request.Length, 0) != request.Length)
            throw LinuxException.Last("send", subject);
    }

    private byte[] Receive(string subject)
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
            if (BinaryPrimitives.ReadUInt32LittleEndian(buffer.AsSpan(8)) == _sequence)
                return buffer[..read];
        }
    }

    /// <summary>An acknowledgement is an error message with the number 0; any other type is an answer.</summary>
    private static int? ErrorOf(byte[] answer) =>
        BinaryPrimitives.ReadUInt16LittleEndian(answer.AsSpan(4)) == NLMSG_ERROR
            ? -BinaryPrimitives.ReadInt32LittleEndian(answer.AsSpan(16))
            : null;
}
