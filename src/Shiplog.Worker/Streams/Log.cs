namespace Shiplog.Worker.Streams;

internal static partial class Log
{
    [LoggerMessage(500, LogLevel.Debug, "an attach connection to {Container} broke: {Error}")]
    public static partial void AttachBroke(this ILogger logger, string container, string error);
}
