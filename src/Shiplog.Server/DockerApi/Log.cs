namespace Shiplog.Server.DockerApi;

internal static partial class Log
{
    [LoggerMessage(100, LogLevel.Error, "{Method} {Path} failed")]
    public static partial void Failed(ILogger log, Exception exception, string method, string path);

    [LoggerMessage(101, LogLevel.Warning, "{Method} {Path} broke off: {Message}")]
    public static partial void Broken(ILogger log, string method, string path, string message);

    [LoggerMessage(102, LogLevel.Debug, "{Method} {Path}: the client has gone")]
    public static partial void ClientGone(ILogger log, string method, string path);

    [LoggerMessage(103, LogLevel.Debug, "a hijacked stream ended: {Message}")]
    public static partial void StreamEnded(ILogger log, string message);

    [LoggerMessage(104, LogLevel.Warning, "container {Container}, whose start failed, could not remove itself: {Message}")]
    public static partial void NotAutoRemoved(ILogger log, string container, string message);
}
