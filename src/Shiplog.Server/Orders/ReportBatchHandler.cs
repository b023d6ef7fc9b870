using Shiplog.Contracts.Orders;
using Shiplog.Server.Store;

namespace Shiplog.Server.Orders;

/// <summary>Takes the worker's facts. Public, as Wolverine wants its handlers.</summary>
public static class ReportBatchHandler
{
    /// <summary>The acknowledgement is the reply: the batch is durable.</summary>
    public static async Task<ReportBatchRecorded> Handle(ReportBatch batch, IFacts facts, CancellationToken cancellation)
    {
        await facts.RecordAsync(batch, cancellation);
        return new ReportBatchRecorded(batch.Epoch, batch.Number);
    }
}
