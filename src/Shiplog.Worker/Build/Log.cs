namespace Shiplog.Worker.Build;

internal static partial class Log
{
    [LoggerMessage(1000, LogLevel.Error, "files of build {Build} broke")]
    public static partial void FilesBroke(this ILogger logger, Exception fault, string build);
}
