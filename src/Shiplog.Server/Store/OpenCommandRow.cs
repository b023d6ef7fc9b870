using System.Data.Common;
using System.Text;
using Marten;

namespace Shiplog.Server.Store;

/// <summary>A row of <c>open_command</c> with the intent it stands for.</summary>
internal sealed record OpenCommandRow(
    string CommandId, string Kind, string Stream, object Intent, string Actor, string Cause, string Correlation, string Host, DateTimeOffset At)
{
    public const string Select =
        "select c.command_id, c.kind, c.stream, e.type, e.data::text, c.actor, c.cause, c.correlation, c.host, c.at " +
        "from open_command c join mt_events e on e.stream_id = c.stream and e.id = c.event_id";

    /// <summary>Whoever drives the command again does so in its giver's name.</summary>
    public CommandContext Context => new(CommandId, Actor, Cause, Correlation);

    public static OpenCommandRow Read(DbDataReader row, ISerializer serializer)
    {
        var type = EventNames.TypeOf(row.GetString(3)) ?? throw new InvalidDataException($"no event is stored as {row.GetString(3)}");
        using var json = new MemoryStream(Encoding.UTF8.GetBytes(row.GetString(4)));
        return new OpenCommandRow(
            row.GetString(0), row.GetString(1), row.GetString(2), serializer.FromJson(type, json), row.GetString(5), row.GetString(6),
            row.GetString(7), row.GetString(8), row.GetFieldValue<DateTimeOffset>(9));
    }
}
