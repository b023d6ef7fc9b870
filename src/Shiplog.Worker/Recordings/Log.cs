namespace Shiplog.Worker.Recordings;

internal static partial class Log
{
    [LoggerMessage(900, LogLevel.Warning, "recording {Recording} of container {Container} ends before its session: {Error}")]
    public static partial void RecordingBroke(this ILogger logger, string recording, string container, string error);

    [LoggerMessage(901, LogLevel.Error, "the seal of recording {Recording} could not be reported, again in {PauseSeconds} s: {Error}")]
    public static partial void SealNotReported(this ILogger logger, string recording, double pauseSeconds, string error);

    [LoggerMessage(902, LogLevel.Warning, "recording {Recording} is sealed, but keeps its name until the worker starts again: {Error}")]
    public static partial void NotRenamed(this ILogger logger, string recording, string error);

    [LoggerMessage(903, LogLevel.Error, "recording {File} could not be taken up, again when the worker starts: {Error}")]
    public static partial void NotTakenUp(this ILogger logger, string file, string error);

    [LoggerMessage(904, LogLevel.Warning, "old recordings could not be deleted: {Error}")]
    public static partial void NotPruned(this ILogger logger, string error);
}
