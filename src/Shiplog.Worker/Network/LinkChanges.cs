using System.Threading.Channels;
using Microsoft.Win32.SafeHandles;
using Shiplog.Worker.Linux;

namespace Shiplog.Worker.Network;

/// <summary>Names of interfaces that have been deleted, as the kernel tells them to whoever listens (rtnetlink(7), RTMGRP_LINK).</summary>
internal sealed class LinkChanges : IDisposable
{
    /// <summary>In place of a name: more has happened than there was room for, so anything may be gone.</summary>
    public const string Anything = "";

    private const uint RTMGRP_LINK = 1;
    private const ushort RTM_DELLINK = 17;

    private readonly SafeFileHandle _socket;
    private readonly Channel<string> _deleted = Channel.CreateUnbounded<string>(new UnboundedChannelOptions { SingleReader = true });

    /// <exception cref="LinuxException">The kernel refused.</exception>
    public LinkChanges()
    {
        _socket = Interop.Socket(Interop.AF_NETLINK, Interop.SOCK_RAW | Interop.SOCK_CLOEXEC, Interop.NETLINK_ROUTE);
        if (_socket.IsInvalid)
            throw LinuxException.Last("socket", "AF_NETLINK");
        var address = new Interop.NetlinkAddress { Family = Interop.AF_NETLINK, Groups = RTMGRP_LINK };
        if (Interop.Bind(_socket, address, 12) != 0)
            throw LinuxException.Last("bind", "RTMGRP_LINK");
        new Thread(ReadLoop, 256 << 10) { Name = "link changes", IsBackground = true }.Start();
    }

    public IAsyncEnumerable<string> DeletedAsync(CancellationToken cancellation) => _deleted.Reader.ReadAllAsync(cancellation);

    public void Dispose() => _socket.Dispose();

    private void ReadLoop()
    {
        var buffer = new byte[32 << 10];
        while (true)
        {
            var read = (int)Interop.Recv(_socket, buffer, (nuint)buffer.Length, 0);
            if (read < 0)
            {
                var error = LinuxException.Last("recv", "RTMGRP_LINK");
                if (error.Errno == Errno.EINTR)
                    continue;
                if (error.Errno != Errno.ENOBUFS)
                {
                    _deleted.Writer.Complete(error);
                    return;
                }
                _deleted.Writer.TryWrite(Anything);
                continue;
            }
            foreach (var message in NetlinkReply.Split(buffer.AsMemory(0, read)))
            {
                if (message.Type == RTM_DELLINK)
                    _deleted.Writer.TryWrite(message.Name);
            }
        }
    }
}
