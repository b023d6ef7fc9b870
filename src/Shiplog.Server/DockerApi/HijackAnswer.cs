using System.Text;

namespace Shiplog.Server.DockerApi;

/// <summary>The head of the answer to whoever attaches: exactly as dockerd writes it, for clients that look at more than the number.</summary>
internal static class HijackAnswer
{
    /// <param name="raw">Bytes as they come, not in Docker's stream format.</param>
    public static byte[] Of(DockerRequest request, bool raw)
    {
        if (!request.Http.Request.Headers.ContainsKey("Upgrade"))
            return "HTTP/1.1 200 OK\r\nContent-Type: application/vnd.docker.raw-stream\r\n\r\n"u8.ToArray();
        var kind = !raw && request.Version.AtLeast(42) ? "multiplexed" : "raw";
        return Encoding.ASCII.GetBytes(
            $"HTTP/1.1 101 UPGRADED\r\nContent-Type: application/vnd.docker.{kind}-stream\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n\r\n");
    }
}
