namespace Shiplog.Worker.Reconcile;

internal static partial class Log
{
    [LoggerMessage(600, LogLevel.Information, "took up {Containers} containers, removed {Leftovers} leftovers")]
    public static partial void Recovered(this ILogger logger, int containers, int leftovers);

    [LoggerMessage(601, LogLevel.Error, "container {Container} is left alone: {Error}")]
    public static partial void JournalUnreadable(this ILogger logger, string container, string error);

    [LoggerMessage(602, LogLevel.Warning, "the start of container {Container} was interrupted and has been undone")]
    public static partial void StartUndone(this ILogger logger, string container);

    [LoggerMessage(604, LogLevel.Warning, "the firewall's rules had been changed by somebody else and have been put back: {Found}")]
    public static partial void FirewallPutBack(this ILogger logger, string found);

    [LoggerMessage(605, LogLevel.Error, "the firewall's rules could not be put back; looked at again when something arrives")]
    public static partial void FirewallBroken(this ILogger logger, Exception fault);

    [LoggerMessage(606, LogLevel.Warning, "bridge {Bridge} had been deleted by somebody else; made again with the interfaces of {Containers} containers")]
    public static partial void BridgePutBack(this ILogger logger, string bridge, int containers);

    [LoggerMessage(607, LogLevel.Error, "bridge {Bridge} has been deleted by somebody else and could not be put right")]
    public static partial void BridgeBroken(this ILogger logger, string bridge, Exception fault);

    [LoggerMessage(603, LogLevel.Information, "container {Container} waits for try {Attempt} of its restart policy")]
    public static partial void RestartTakenUp(this ILogger logger, string container, int attempt);
}
