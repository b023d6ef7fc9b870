using Shiplog.Contracts.Orders;

namespace Shiplog.Worker.Facts;

/// <summary>The way to the server's event store.</summary>
internal interface IReports
{
    /// <summary>Returns when the batch is durable there; throws where that is not known.</summary>
    Task SendAsync(ReportBatch batch, CancellationToken cancellation);
}
