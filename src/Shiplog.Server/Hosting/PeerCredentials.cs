using System.Net.Sockets;
using System.Runtime.InteropServices;

namespace Shiplog.Server.Hosting;

/// <summary>Who is at the other end of a unix socket, by the kernel's word: unix(7), <c>SO_PEERCRED</c>.</summary>
internal readonly partial record struct PeerCredentials(int Pid, uint Uid, uint Gid)
{
    private const int SOL_SOCKET = 1, SO_PEERCRED = 17;

    /// <summary>The user that this process runs as.</summary>
    public static readonly uint OwnUid = geteuid();

    /// <summary>Taken when the peer connected; it cannot change it afterwards.</summary>
    public static PeerCredentials Of(Socket socket)
    {
        Span<byte> ucred = stackalloc byte[12];
        socket.GetRawSocketOption(SOL_SOCKET, SO_PEERCRED, ucred);
        return new PeerCredentials(
            MemoryMarshal.Read<int>(ucred), MemoryMarshal.Read<uint>(ucred[4..]), MemoryMarshal.Read<uint>(ucred[8..]));
    }

    [LibraryImport("libc")]
    private static partial uint geteuid();
}
