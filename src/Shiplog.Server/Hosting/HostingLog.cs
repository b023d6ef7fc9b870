namespace Shiplog.Server.Hosting;

internal static partial class HostingLog
{
    [LoggerMessage(1, LogLevel.Warning, "refused a connection on {Listener}: its peer is neither root nor this server's user")]
    public static partial void PeerRefused(ILogger log, string listener);

    [LoggerMessage(2, LogLevel.Information, "Shiplog {Version} listens on {Socket} and {Http}")]
    public static partial void Listening(ILogger log, string version, string socket, string http);
}
