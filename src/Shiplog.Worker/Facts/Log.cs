namespace Shiplog.Worker.Facts;

internal static partial class Log
{
    [LoggerMessage(200, LogLevel.Warning, "batch {Number} of {Epoch} was not delivered, again in {PauseMs} ms at the latest: {Error}")]
    public static partial void NotDelivered(this ILogger logger, long number, string epoch, double pauseMs, string error);

    [LoggerMessage(201, LogLevel.Warning, "batch {Number} of {Epoch} was delivered but could not be noted as such: {Error}")]
    public static partial void NotNoted(this ILogger logger, long number, string epoch, string error);
}
