using System.Data;
using JasperFx.Events;
using Marten;
using Npgsql;
using SessionOptions = Marten.Services.SessionOptions;

namespace Shiplog.Server.Store;

/// <summary>
/// The one connection that writes the log, and the one transaction at a time on it.
/// </summary>
/// <remarks>
/// <para>
/// An event's sequence number is drawn when it is inserted and seen when its transaction commits. Were two transactions
/// open at once, the higher number could be seen first, and a reader that remembers the highest number it has seen would
/// never see the lower. With one writer the order of numbers is the order of commits, a gap is a rolled-back transaction
/// and nothing else, and every reader may simply ask for what is greater than the last. It also makes decisions serial:
/// what a decision reads is what it appends to.
/// </para>
/// <para>
/// The connection holds an advisory lock for its whole life, so that there is no second writer: no second server, and
/// not the ghost of this one's broken connection, whose transaction PostgreSQL might still be committing.
/// </para>
/// </remarks>
internal sealed partial class Pen(NpgsqlDataSource database, IDocumentStore store, Commits commits, ILogger<Pen> log) : IAsyncDisposable
{
    // "shiplog" in ASCII.
    private const long WriterLock = 0x7368_6970_6c6f_67;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private readonly SemaphoreSlim _turn = new(1, 1);
    private NpgsqlConnection? _connection;
    private IReadOnlyList<IEvent> _doubtful = [];
    private bool _saving;

    /// <summary>
    /// Runs <paramref name="work"/> in a transaction of its own, then saves what the session has, commits and tells the
    /// subscribers. What the session loads, nobody else can change before the commit.
    /// </summary>
    /// <param name="cancellation">Heeded until the transaction begins; not after, since a commit is not undone by a client that hangs up.</param>
    /// <exception cref="StoreAwayException">PostgreSQL does not answer.</exception>
    public async Task<T> WriteAsync<T>(
        CommandContext context, string host, Func<Writing, Task<T>> work, CancellationToken cancellation)
    {
        if (!await _turn.WaitAsync(Patience, cancellation))
            throw new StoreAwayException("the event store is busy: no turn to write within 10 s", new TimeoutException());
        try
        {
            var reused = _connection is not null;
            var connection = await OpenAsync(cancellation);
            _saving = false;
            try
            {
                return await WriteAsync(connection, context, host, work);
            }
            catch (Exception e) when (reused && !_saving && StoreFailures.IsAway(e))
            {
                // PostgreSQL had been restarted since the last write, and this one has not touched it.
                await CloseAsync();
                return await WriteAsync(await OpenAsync(cancellation), context, host, work);
            }
        }
        catch (Exception e) when (StoreFailures.IsAway(e))
        {
            await CloseAsync();
            throw StoreFailures.Away(e);
        }
        finally
        {
            _turn.Release();
        }
    }

    private async Task<T> WriteAsync<T>(NpgsqlConnection connection, CommandContext context, string host, Func<Writing, Task<T>> work)
    {
        await using var transaction = await connection.BeginTransactionAsync();
        var options = SessionOptions.ForTransaction(transaction);
        options.Tracking = DocumentTracking.IdentityOnly;
        await using var session = store.OpenSession(options);
        var writing = new Writing(session, context, host);
        var result = await work(writing);
        var appended = writing.Attribute();
        if (appended.Count == 0 && !session.PendingChanges.Operations().Any())
            return result;
        _saving = true;
        await session.SaveChangesAsync(CancellationToken.None);
        _doubtful = appended;
        await transaction.CommitAsync(CancellationToken.None);
        _doubtful = [];
        if (appended.Count > 0)
            commits.Publish(appended);
        return result;
    }

    private async Task<NpgsqlConnection> OpenAsync(CancellationToken cancellation)
    {
        if (_connection is { State: ConnectionState.Open } open)
            return open;
        await CloseAsync();
        var connection = await database.OpenConnectionAsync(cancellation);
        try
        {
            await using var command = new NpgsqlCommand("set lock_timeout = '5s'; set synchronous_commit = on", connection);
            await command.ExecuteNonQueryAsync(cancellation);
            command.CommandText = "select pg_advisory_lock($1)";
            command.Parameters.Add(new NpgsqlParameter { Value = WriterLock });
            await command.ExecuteNonQueryAsync(cancellation);
            await ResolveDoubtAsync(connection, cancellation);
        }
        catch (PostgresException e) when (e.SqlState == PostgresErrorCodes.LockNotAvailable)
        {
            await DiscardAsync(connection);
            throw new StoreAwayException("another Shiplog server writes to this event store; stop it first", e);
        }
        catch
        {
            await DiscardAsync(connection);
            throw;
        }
        LogOpened(connection.ProcessID);
        return _connection = connection;
    }

    /// <summary>A commit whose answer was lost: has it happened? Then the subscribers are still owed its events.</summary>
    private async Task ResolveDoubtAsync(NpgsqlConnection connection, CancellationToken cancellation)
    {
        if (_doubtful is [])
            return;
        await using var command = new NpgsqlCommand("select 1 from mt_events where stream_id = $1 and id = $2", connection);
        command.Parameters.Add(new NpgsqlParameter { Value = _doubtful[0].StreamKey! });
        command.Parameters.Add(new NpgsqlParameter { Value = _doubtful[0].Id });
        var happened = await command.ExecuteScalarAsync(cancellation) is not null;
        LogDoubt(_doubtful.Count, happened);
        if (happened)
            commits.Publish(_doubtful);
        _doubtful = [];
    }

    private async Task CloseAsync()
    {
        if (_connection is not { } connection)
            return;
        _connection = null;
        await DiscardAsync(connection);
    }

    // A connection in the pool would keep the lock.
    private static async Task DiscardAsync(NpgsqlConnection connection)
    {
        NpgsqlConnection.ClearPool(connection);
        await connection.DisposeAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await CloseAsync();
        _turn.Dispose();
    }

    [LoggerMessage(101, LogLevel.Information, "writing the event log by PostgreSQL backend {Backend}")]
    private partial void LogOpened(int backend);

    [LoggerMessage(102, LogLevel.Warning, "the connection broke while {Count} events were being committed; happened: {Happened}")]
    private partial void LogDoubt(int count, bool happened);
}
