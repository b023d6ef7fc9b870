using System.Data;
using System.Data.Common;
using System.Diagnostics.CodeAnalysis;
using Npgsql;

namespace Medallion.Threading.Postgres;

/// <summary>One connection that holds all advisory locks of a data source, watched by a query every two seconds.</summary>
[SuppressMessage("Design", "CA1001", Justification = "It lives as long as its data source, which is as long as the process.")]
internal sealed class LockSession(DbDataSource source)
{
    private readonly SemaphoreSlim _turn = new(1, 1);
    private readonly HashSet<long> _held = [];
    private DbConnection? _connection;
    private CancellationTokenSource _lost = new();

    public async Task<PostgresDistributedLockHandle?> TryLockAsync(long key, CancellationToken cancellation)
    {
        await _turn.WaitAsync(cancellation).ConfigureAwait(false);
        try
        {
            // A session may take its own lock again and again; two holders in one process must still exclude each other.
            if (_held.Contains(key))
                return null;
            await OpenAsync(cancellation).ConfigureAwait(false);
            if (!await QueryAsync("select pg_try_advisory_lock($1)", key, cancellation).ConfigureAwait(false))
                return null;
            _held.Add(key);
            if (_held.Count == 1)
                _ = WatchAsync(_lost);
            var session = _lost;
            return new PostgresDistributedLockHandle(() => UnlockAsync(key, session), session.Token);
        }
        finally
        {
            _turn.Release();
        }
    }

    private async ValueTask UnlockAsync(long key, CancellationTokenSource session)
    {
        await _turn.WaitAsync().ConfigureAwait(false);
        try
        {
            if (session.IsCancellationRequested || !_held.Remove(key))
                return;
            if (_held.Count > 0)
                await QueryAsync("select pg_advisory_unlock($1)", key, CancellationToken.None).ConfigureAwait(false);
            else
                await LoseAsync().ConfigureAwait(false);
        }
        catch (NpgsqlException)
        {
            await LoseAsync().ConfigureAwait(false);
        }
        finally
        {
            _turn.Release();
        }
    }

    private async Task WatchAsync(CancellationTokenSource session)
    {
        while (!session.IsCancellationRequested)
        {
            await Task.Delay(TimeSpan.FromSeconds(2)).ConfigureAwait(false);
            await _turn.WaitAsync().ConfigureAwait(false);
            try
            {
                if (!session.IsCancellationRequested)
                    await QueryAsync("select $1 = $1", 0L, CancellationToken.None).ConfigureAwait(false);
            }
            catch (NpgsqlException)
            {
                await LoseAsync().ConfigureAwait(false);
            }
            finally
            {
                _turn.Release();
            }
        }
    }

    private async Task OpenAsync(CancellationToken cancellation)
    {
        if (_connection is { State: ConnectionState.Open })
            return;
        if (_connection is not null)
            await LoseAsync().ConfigureAwait(false);
        _connection = await source.OpenConnectionAsync(cancellation).ConfigureAwait(false);
    }

    private async Task LoseAsync()
    {
        _held.Clear();
        await _lost.CancelAsync().ConfigureAwait(false);
        _lost = new CancellationTokenSource();
        if (_connection is not { } connection)
            return;
        _connection = null;
        // Back into the pool its locks would live on.
        if (connection is NpgsqlConnection pooled)
            NpgsqlConnection.ClearPool(pooled);
        await connection.DisposeAsync().ConfigureAwait(false);
    }

    private async Task<bool> QueryAsync(string sql, long value, CancellationToken cancellation)
    {
        var command = _connection!.CreateCommand();
        await using (command.ConfigureAwait(false))
        {
            command.CommandText = sql;
            command.Parameters.Add(new NpgsqlParameter { Value = value });
            return await command.ExecuteScalarAsync(cancellation).ConfigureAwait(false) is true;
        }
    }
}
