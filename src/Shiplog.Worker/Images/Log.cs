namespace Shiplog.Worker.Images;

internal static partial class Log
{
    [LoggerMessage(700, LogLevel.Warning, "no layer is deleted: the journal in {Folder} cannot be read, so what it uses is not known: {Error}")]
    public static partial void JournalUnreadable(this ILogger logger, string folder, string error);

    [LoggerMessage(701, LogLevel.Information, "load {CommandId} came to nothing: {Error}")]
    public static partial void LoadRefused(this ILogger logger, string commandId, string error);

    [LoggerMessage(702, LogLevel.Error, "load {CommandId} broke")]
    public static partial void LoadBroke(this ILogger logger, Exception exception, string commandId);

    [LoggerMessage(703, LogLevel.Warning, "saving images broke off: {Error}")]
    public static partial void SaveBroke(this ILogger logger, string error);
}
