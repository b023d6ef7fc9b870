using System.Data.Common;
using System.Runtime.CompilerServices;
using Npgsql;

namespace Medallion.Threading.Postgres;

/// <summary>The key of a PostgreSQL advisory lock.</summary>
public readonly struct PostgresAdvisoryLockKey(long key)
{
    internal long Key { get; } = key;
}

/// <summary>Options that Weasel sets and this implementation has no need of: it always keeps a session of its own.</summary>
public sealed class PostgresConnectionOptionsBuilder
{
    /// <summary>Accepted, without effect.</summary>
    public PostgresConnectionOptionsBuilder UseTransaction(bool useTransaction = true) => this;

    /// <summary>Accepted, without effect.</summary>
    public PostgresConnectionOptionsBuilder UseMultiplexing(bool useMultiplexing = true) => this;
}

/// <summary>An advisory lock, held by a database session for as long as the handle lives.</summary>
public sealed class PostgresDistributedLock
{
    // Sessions are shared per data source: a leader holds many locks, and needs one connection for them.
    private static readonly ConditionalWeakTable<DbDataSource, LockSession> Sessions = [];

    private readonly PostgresAdvisoryLockKey _key;
    private readonly LockSession _session;

    /// <summary>Prepares the lock; nothing is locked yet.</summary>
    public PostgresDistributedLock(
        PostgresAdvisoryLockKey key, DbDataSource dbDataSource, Action<PostgresConnectionOptionsBuilder>? options = null)
    {
        ArgumentNullException.ThrowIfNull(dbDataSource);
        options?.Invoke(new PostgresConnectionOptionsBuilder());
        _key = key;
        _session = Sessions.GetValue(dbDataSource, static source => new LockSession(source));
    }

    /// <summary>Takes the lock, or gives <see langword="null"/> when another session still has it after the time-out.</summary>
    public async ValueTask<PostgresDistributedLockHandle?> TryAcquireAsync(
        TimeSpan timeout = default, CancellationToken cancellationToken = default)
    {
        var end = Environment.TickCount64 + (long)timeout.TotalMilliseconds;
        while (true)
        {
            if (await _session.TryLockAsync(_key.Key, cancellationToken).ConfigureAwait(false) is { } handle)
                return handle;
            if (Environment.TickCount64 >= end)
                return null;
            await Task.Delay(100, cancellationToken).ConfigureAwait(false);
        }
    }
}

/// <summary>A lock that is held.</summary>
public sealed class PostgresDistributedLockHandle : IAsyncDisposable, IDisposable
{
    private readonly Func<ValueTask> _release;

    internal PostgresDistributedLockHandle(Func<ValueTask> release, CancellationToken lost)
    {
        HandleLostToken = lost;
        _release = release;
    }

    /// <summary>Cancelled when the session, and the lock with it, is lost.</summary>
    public CancellationToken HandleLostToken { get; }

    /// <summary>Gives the lock back.</summary>
    public ValueTask DisposeAsync() => _release();

    /// <summary>Gives the lock back.</summary>
    public void Dispose() => _release().AsTask().GetAwaiter().GetResult();
}
