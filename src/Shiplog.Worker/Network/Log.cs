namespace Shiplog.Worker.Network;

internal static partial class Log
{
    [LoggerMessage(300, LogLevel.Information, "bridge {Bridge} made: {Gateway} in {Subnet}")]
    public static partial void BridgeMade(this ILogger logger, string bridge, string gateway, string subnet);

    [LoggerMessage(310, LogLevel.Warning, "conversations of datagrams that began earlier do not follow a published port: {Error}")]
    public static partial void ConversationsKept(this ILogger logger, string error);
    [LoggerMessage(301, LogLevel.Information, "name server started on {Folder}")]
    public static partial void NameServerStarted(this ILogger logger, string folder);

    [LoggerMessage(302, LogLevel.Error, "the name server ended and could not be started again")]
    public static partial void NameServerLost(this ILogger logger, Exception fault);
}
