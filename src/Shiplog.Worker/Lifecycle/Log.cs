namespace Shiplog.Worker.Lifecycle;

internal static partial class Log
{
    [LoggerMessage(400, LogLevel.Error, "the end of container {Container} could not be worked off, again in {Seconds} s")]
    public static partial void EndBroke(this ILogger logger, Exception exception, string container, double seconds);

    [LoggerMessage(402, LogLevel.Warning, "container {Container} could not be run again, try {Attempt} of its restart policy: {Error}")]
    public static partial void RestartFailed(this ILogger logger, string container, int attempt, string error);

    [LoggerMessage(403, LogLevel.Error, "the restart of container {Container} broke, again in {Seconds} s")]
    public static partial void RestartBroke(this ILogger logger, Exception exception, string container, double seconds);

    [LoggerMessage(404, LogLevel.Warning, "what container {Container} took of the disk is not counted, it is removed all the same: {Error}")]
    public static partial void SizeUnknown(this ILogger logger, string container, string error);

    [LoggerMessage(401, LogLevel.Warning, "container {Container} ended and left no exit code: 255 is reported")]
    public static partial void ExitCodeLost(this ILogger logger, string container);
}
