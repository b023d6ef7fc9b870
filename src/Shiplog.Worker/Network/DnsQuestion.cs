using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Shiplog.Worker.Network;

/// <summary>The one question that is asked of the name server (RFC 1035, 4.1): the address of a name of one label.</summary>
internal static class DnsQuestion
{
    private const ushort Id = 0x5348;

    /// <summary>Whether the server knows the name: false also where it does not answer.</summary>
    public static async Task<bool> KnowsAsync(IPEndPoint server, string name, CancellationToken cancellation)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        using var wait = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        wait.CancelAfter(TimeSpan.FromMilliseconds(500));
        var answer = new byte[512];
        try
        {
            await socket.ConnectAsync(server, wait.Token);
            await socket.SendAsync(Of(name), wait.Token);
            return IsAnswered(answer.AsSpan(0, await socket.ReceiveAsync(answer, wait.Token)));
        }
        catch (Exception e) when (e is SocketException || (e is OperationCanceledException && !cancellation.IsCancellationRequested))
        {
            // Not listening yet, or between two versions.
            return false;
        }
    }

    public static byte[] Of(string label) =>
        // id; recursion desired; one question; label, root; type A, class IN
        [Id >> 8, Id & 0xff, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, (byte)label.Length, .. Encoding.ASCII.GetBytes(label), 0, 0, 1, 0, 1];

    /// <summary>It is the answer to it, no error, and has a record.</summary>
    public static bool IsAnswered(ReadOnlySpan<byte> answer) =>
        answer.Length > 12 && answer[0] == Id >> 8 && answer[1] == (Id & 0xff) && (answer[3] & 0x0f) == 0 && (answer[6] | answer[7]) != 0;
}
