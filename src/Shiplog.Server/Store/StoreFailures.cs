using System.Net.Sockets;
using Npgsql;

namespace Shiplog.Server.Store;

/// <summary>Tells "PostgreSQL is away" from "PostgreSQL refused this".</summary>
internal static class StoreFailures
{
    /// <summary>The PostgreSQL error in this exception, or in what it wraps.</summary>
    public static PostgresException? Refused(Exception e) => Chain(e).OfType<PostgresException>().FirstOrDefault();

    /// <summary>True where the server could not be reached, went away, shuts down, or let time run out.</summary>
    public static bool IsAway(Exception e) => Refused(e) is { } refused
        ? refused.SqlState[..2] is "57" or "08" or "53" or "28" or "3D" && refused.SqlState is not PostgresErrorCodes.QueryCanceled
        : Chain(e).Any(x => x is NpgsqlException or SocketException or TimeoutException or IOException or StoreAwayException);

    /// <summary>A constraint was violated: the name of the constraint.</summary>
    public static string? Violated(Exception e) => Refused(e) is { SqlState: PostgresErrorCodes.UniqueViolation or PostgresErrorCodes.ExclusionViolation } refused
        ? refused.ConstraintName : null;

    /// <summary>The exception that callers are promised.</summary>
    public static StoreAwayException Away(Exception e) => e as StoreAwayException
        ?? new StoreAwayException($"the event store does not answer (PostgreSQL: {Cause(e).Message.TrimEnd('.')}); try again when it runs", e);

    /// <summary>The words that tell most: PostgreSQL's own, else the driver's.</summary>
    private static Exception Cause(Exception e) => Refused(e) ?? Chain(e).FirstOrDefault(x => x is NpgsqlException) ?? Chain(e).Last();

    private static IEnumerable<Exception> Chain(Exception? e)
    {
        for (; e is not null; e = e.InnerException)
            yield return e;
    }
}
