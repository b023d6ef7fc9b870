namespace Shiplog.Worker.Lifecycle;

internal static partial class Log
{
    [LoggerMessage(400, LogLevel.Error, "the end of container {Container} could not be worked off, again in {Seconds} s")]
    public static partial void EndBroke(this ILogger logger, Exception exception, string container, double seconds);

    [LoggerMessage(401, LogLevel.Warning, "container {Container} ended and left no exit code: 255 is reported")]
    public static partial void ExitCodeLost(this ILogger logger, string container);
}
