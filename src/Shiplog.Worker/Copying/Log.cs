namespace Shiplog.Worker.Copying;

internal static partial class Log
{
    [LoggerMessage(800, LogLevel.Error, "copying into container {Container} ({Command}) broke")]
    public static partial void WriteBroke(this ILogger logger, Exception fault, string container, string command);

    [LoggerMessage(801, LogLevel.Information, "copying into container {Container} ({Command}): {Reason}")]
    public static partial void WriteRefused(this ILogger logger, string container, string command, string reason);

    [LoggerMessage(802, LogLevel.Error, "reading files of container {Container} broke: {Reason}")]
    public static partial void ReadBroke(this ILogger logger, string container, string reason);
}
