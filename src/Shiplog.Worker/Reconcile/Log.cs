namespace Shiplog.Worker.Reconcile;

internal static partial class Log
{
    [LoggerMessage(600, LogLevel.Information, "took up {Containers} containers, removed {Leftovers} leftovers")]
    public static partial void Recovered(this ILogger logger, int containers, int leftovers);

    [LoggerMessage(601, LogLevel.Error, "container {Container} is left alone: {Error}")]
    public static partial void JournalUnreadable(this ILogger logger, string container, string error);

    [LoggerMessage(602, LogLevel.Warning, "the start of container {Container} was interrupted and has been undone")]
    public static partial void StartUndone(this ILogger logger, string container);

    [LoggerMessage(603, LogLevel.Information, "container {Container} waits for try {Attempt} of its restart policy")]
    public static partial void RestartTakenUp(this ILogger logger, string container, int attempt);
}
