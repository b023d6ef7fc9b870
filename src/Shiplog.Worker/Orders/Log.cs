namespace Shiplog.Worker.Orders;

internal static partial class Log
{
    [LoggerMessage(100, LogLevel.Information, "{Order} {CommandId} came to nothing at {Step}: {Error}")]
    public static partial void OrderRefused(this ILogger logger, string order, string commandId, string step, string error);

    [LoggerMessage(101, LogLevel.Error, "{Order} {CommandId} broke")]
    public static partial void OrderBroke(this ILogger logger, Exception exception, string order, string commandId);
}
