using JasperFx.Events;
using Marten;
using Shiplog.Domain.Containers;

namespace Shiplog.Server.Store;

/// <summary>One transaction on the log, and to whom its events are put down.</summary>
internal sealed class Writing(IDocumentSession session, CommandContext context, string host)
{
    public IDocumentSession Session { get; } = session;

    /// <summary>May be set until the work is done: who caused a batch of facts is read in its own transaction.</summary>
    public CommandContext Context { get; set; } = context;

    /// <summary>Gives the appended events their metadata; called once, before they are saved.</summary>
    public IReadOnlyList<IEvent> Attribute()
    {
        Session.CorrelationId = Context.CorrelationId;
        Session.CausationId = Context.CommandId is "" ? null : Context.CommandId;
        Session.LastModifiedBy = Context.Actor;
        IReadOnlyList<IEvent> appended = [.. Session.PendingChanges.Streams().SelectMany(s => s.Events)];
        foreach (var e in appended)
        {
            e.SetHeader("cause", CauseOf(e.Data));
            e.SetHeader("host", host);
            // The end of a program that ended at once comes with the facts of the request that started it.
            if (e.Data is ExecExited)
                e.UserName = "system";
        }
        return appended;
    }

    private string CauseOf(object fact) => fact switch
    {
        // Nobody asked for this removal but the container's own creation.
        ContainerRemoved { CommandId: null } => "auto-remove",
        ExecExited when Context.Cause == "request" => "process-exit",
        _ => Context.Cause,
    };
}
