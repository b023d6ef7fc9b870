using System.Buffers.Binary;
using System.Globalization;
using System.Net.Sockets;

namespace Shiplog.Server.DockerApi;

/// <summary>Who is at the other end of a unix socket, by the kernel's word (unix(7), <c>SO_PEERCRED</c>).</summary>
internal static class PeerCredentials
{
    private const int SolSocket = 1, SoPeerCred = 17;

    /// <summary><c>unix:root</c>; <c>unix:1234</c> for a user without a name.</summary>
    public static string ActorOf(Socket socket)
    {
        // struct ucred { pid_t pid; uid_t uid; gid_t gid; }
        Span<byte> credentials = stackalloc byte[12];
        socket.GetRawSocketOption(SolSocket, SoPeerCred, credentials);
        var user = BinaryPrimitives.ReadUInt32LittleEndian(credentials[4..]);
        return "unix:" + (user == 0 ? "root" : NameOf(user) ?? user.ToString(CultureInfo.InvariantCulture));
    }

    private static string? NameOf(uint user)
    {
        var number = user.ToString(CultureInfo.InvariantCulture);
        return File.ReadLines("/etc/passwd").Select(line => line.Split(':')).FirstOrDefault(f => f.Length > 2 && f[2] == number)?[0];
    }
}
