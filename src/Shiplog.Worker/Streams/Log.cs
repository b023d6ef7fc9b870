namespace Shiplog.Worker.Streams;

internal static partial class Log
{
    [LoggerMessage(500, LogLevel.Debug, "an attach connection to {Container} broke: {Error}")]
    public static partial void AttachBroke(this ILogger logger, string container, string error);

    [LoggerMessage(501, LogLevel.Warning, "the logs kept of removed containers could not be pruned: {Error}")]
    public static partial void LogsNotPruned(this ILogger logger, string error);

    [LoggerMessage(502, LogLevel.Warning, "no new file could be begun for the log of container {Container}: {Error}; again in {Seconds} s")]
    public static partial void LogNotRotated(this ILogger logger, string container, string error, double seconds);
}
