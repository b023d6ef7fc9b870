using Marten;
using Npgsql;
using Shiplog.Contracts.Orders;
using Shiplog.Domain.Commands;

namespace Shiplog.Server.Store;

/// <summary>The accepted commands that have no outcome yet.</summary>
internal sealed class OpenCommands(Pen pen, StoreReader reader, IDocumentStore store, HostName host, TimeProvider time)
{
    /// <summary>Oldest first.</summary>
    /// <exception cref="StoreAwayException">PostgreSQL does not answer.</exception>
    public Task<List<OpenCommandRow>> ListAsync(CancellationToken cancellation) => reader.QueryAsync(
        OpenCommandRow.Select + " order by c.at", row => OpenCommandRow.Read(row, store.Options.Serializer()), cancellation);

    /// <exception cref="StoreAwayException">PostgreSQL does not answer.</exception>
    public async Task<int> CountAsync(CancellationToken cancellation) =>
        (await reader.QueryAsync("select count(*)::integer from open_command", row => row.GetInt32(0), cancellation))[0];

    /// <summary>Ends the command, if it is still open, with a failure in its giver's name.</summary>
    /// <exception cref="StoreAwayException">PostgreSQL does not answer.</exception>
    public Task FailAsync(OpenCommandRow row, OrderFailure failure, CancellationToken cancellation) =>
        pen.WriteAsync(row.Context with { Cause = "recovery" }, host.Value, async writing =>
        {
            var session = writing.Session;
            if (!await IsOpenAsync(session, row.CommandId))
                return false;
            var state = await session.LoadStateAsync(row.Stream);
            var batch = new ReportBatch(host.Value, "", 0, row.CommandId, "recovery", [new OrderFailedReport(row.Stream, failure, time.GetUtcNow())]);
            var events = new BatchTranslation(
                batch, state is null ? new Dictionary<string, object>() : new Dictionary<string, object> { [row.Stream] = state },
                new OpenCommand(row.CommandId, row.Kind, row.Intent)).Translate();
            await session.AppendAllAsync(events);
            return true;
        }, cancellation);

    /// <summary>Whether the command has no outcome.</summary>
    public async Task<bool> IsOpenAsync(string commandId, CancellationToken cancellation) =>
        await reader.QueryAsync("select 1 from open_command where command_id = $1", _ => true, cancellation, commandId) is not [];

    private static async Task<bool> IsOpenAsync(IDocumentSession session, string commandId)
    {
        await using var command = new NpgsqlCommand("select 1 from open_command where command_id = $1", session.Connection);
        command.Parameters.Add(new NpgsqlParameter { Value = commandId });
        return await command.ExecuteScalarAsync() is not null;
    }
}
