namespace Shiplog.Worker.Health;

internal static partial class Log
{
    [LoggerMessage(720, LogLevel.Error, "the health of container {Container} could not be noted")]
    public static partial void HealthBroke(this ILogger logger, Exception exception, string container);

    [LoggerMessage(721, LogLevel.Warning, "container {Container} is unhealthy and is being restarted, as its label asks for")]
    public static partial void UnhealthyRestarted(this ILogger logger, string container);
}
