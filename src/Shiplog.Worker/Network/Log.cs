namespace Shiplog.Worker.Network;

internal static partial class Log
{
    [LoggerMessage(300, LogLevel.Information, "bridge {Bridge} made: {Gateway} in {Subnet}")]
    public static partial void BridgeMade(this ILogger logger, string bridge, string gateway, string subnet);
}
