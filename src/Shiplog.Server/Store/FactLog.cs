using JasperFx.Events;
using Marten;
using Npgsql;
using Shiplog.Contracts.Orders;
using Shiplog.Domain.Commands;

namespace Shiplog.Server.Store;

/// <summary>Where the worker's facts go.</summary>
public interface IFacts
{
    /// <summary>Returns when the batch is durable, now or already before. Throws where PostgreSQL does not answer; the worker sends the batch again.</summary>
    Task RecordAsync(ReportBatch batch, CancellationToken cancellation);
}

/// <summary>Appends the worker's facts: one batch, one transaction, once.</summary>
internal sealed partial class FactLog(Pen pen, IDocumentStore store, TimeProvider time, ILogger<FactLog> log) : IFacts
{
    /// <inheritdoc/>
    public async Task RecordAsync(ReportBatch batch, CancellationToken cancellation)
    {
        var unasked = new CommandContext(
            batch.CommandId ?? "", "system", batch.Cause ?? "recovery", batch.CommandId ?? $"{batch.Epoch}/{batch.Number}");
        var appended = await pen.WriteAsync(unasked, batch.Host, writing => RecordAsync(writing, batch), cancellation);
        if (appended < 0)
            LogRepeated(batch.Host, batch.Epoch, batch.Number);
    }

    /// <returns>How many events; -1 where the batch was there already.</returns>
    private async Task<int> RecordAsync(Writing writing, ReportBatch batch)
    {
        var session = writing.Session;
        var (repeated, row) = await ReadAsync(session, batch);
        if (repeated)
            return -1;
        var command = row is null ? null : new OpenCommand(row.CommandId, row.Kind, row.Intent);
        var states = new Dictionary<string, object>();
        foreach (var stream in BatchTranslation.StreamsOf(batch, command))
        {
            if (await session.LoadStateAsync(stream) is { } state)
                states[stream] = state;
        }
        await AttributeAsync(writing, batch, row, states);
        var users = new Dictionary<string, IReadOnlyList<string>>();
        foreach (var volume in BatchTranslation.VolumesThatGo(batch, states, command))
        {
            users[volume] = await session.UsersOfVolumeAsync(volume);
            if (await session.LoadStateAsync(Streams.Volume(volume)) is { } state)
                states[Streams.Volume(volume)] = state;
        }
        var events = new BatchTranslation(batch, states, command, users).Translate();
        await session.AppendAllAsync(events);
        session.QueueSqlCommand(
            $"insert into {MartenSetup.Schema}.reported_batch (host, epoch, number, command_id, events, recorded_at) values (?, ?, ?, ?, ?, ?)",
            batch.Host, batch.Epoch, batch.Number, batch.CommandId ?? "", events.Count, time.GetUtcNow());
        return events.Count;
    }

    /// <summary>An order of a step serves the build, which is what was accepted.</summary>
    private static string CommandOf(ReportBatch batch) => batch.Reports.OfType<ImageBuiltReport>().FirstOrDefault()?.BuildId ?? batch.CommandId ?? "";

    private async Task<(bool Repeated, OpenCommandRow? Command)> ReadAsync(IDocumentSession session, ReportBatch batch)
    {
        await using var read = new NpgsqlBatch(session.Connection);
        read.BatchCommands.Add(new NpgsqlBatchCommand("select 1 from reported_batch where host = $1 and epoch = $2 and number = $3")
        {
            Parameters = { new() { Value = batch.Host }, new() { Value = batch.Epoch }, new() { Value = batch.Number } },
        });
        read.BatchCommands.Add(new NpgsqlBatchCommand(OpenCommandRow.Select + " where c.command_id = $1")
        {
            Parameters = { new() { Value = CommandOf(batch) } },
        });
        await using var rows = await read.ExecuteReaderAsync();
        var repeated = await rows.ReadAsync();
        await rows.NextResultAsync();
        return (repeated, await rows.ReadAsync() ? OpenCommandRow.Read(rows, store.Options.Serializer()) : null);
    }

    /// <summary>
    /// Facts of a command belong to who gave it. What a container does unasked is the system's doing and belongs to the
    /// container's last start, or to that of the exec which ended.
    /// </summary>
    private static async Task AttributeAsync(
        Writing writing, ReportBatch batch, OpenCommandRow? command, Dictionary<string, object> states)
    {
        if (command is not null)
            writing.Context = command.Context;
        else if (states.Keys.FirstOrDefault(s => s.StartsWith("container/", StringComparison.Ordinal)) is { } container
            && await writing.Session.LoadAsync<ContainerSnapshot>(container) is { StartCorrelation: { } start } snapshot)
        {
            var exec = batch.Reports is [ExecExitedReport { ExecId: var id }] ? snapshot.ExecCorrelations.GetValueOrDefault(id) : null;
            var correlation = exec ?? start;
            var causation = writing.Context.CommandId is "" ? snapshot.State.StartCommandId ?? "" : writing.Context.CommandId;
            writing.Context = writing.Context with { CorrelationId = correlation, CommandId = causation };
        }
    }

    [LoggerMessage(104, LogLevel.Information, "batch {Number} of {Host} ({Epoch}) had been recorded already")]
    private partial void LogRepeated(string host, string epoch, long number);
}
