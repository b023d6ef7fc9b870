namespace Shiplog.Worker.Execs;

internal static partial class Log
{
    [LoggerMessage(700, LogLevel.Error, "the end of exec {Exec} could not be reported, again in {PauseSeconds} s")]
    public static partial void EndBroke(this ILogger logger, Exception exception, string exec, double pauseSeconds);

    [LoggerMessage(701, LogLevel.Warning, "exec {Exec} has not ended with its container {Container}")]
    public static partial void EndNotSeen(this ILogger logger, string exec, string container);

    [LoggerMessage(702, LogLevel.Information, "took up exec {Exec} of container {Container}")]
    public static partial void TakenUp(this ILogger logger, string exec, string container);

    [LoggerMessage(703, LogLevel.Warning, "the start of exec {Exec} in container {Container} was interrupted")]
    public static partial void StartInterrupted(this ILogger logger, string exec, string container);
}
