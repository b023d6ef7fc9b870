using Shiplog.Contracts.Orders;
using Wolverine;
using Wolverine.Runtime;

namespace Shiplog.Worker.Facts;

/// <summary>Sends batches over Wolverine's HTTP transport to the server's socket.</summary>
internal sealed class WolverineReports(IWolverineRuntime runtime) : IReports
{
    /// <summary>Names the HTTP client and the endpoint; the connection goes to the socket, wherever the URL points.</summary>
    public const string Endpoint = "http://server/_wolverine/invoke";

    // Longer than a commit of the event store ever takes; a batch that was late is recognised when it comes again.
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(15);

    public async Task SendAsync(ReportBatch batch, CancellationToken cancellation)
    {
        var recorded = await new MessageBus(runtime).InvokeAsync<ReportBatchRecorded>(batch, cancellation, Timeout);
        if (recorded.Epoch != batch.Epoch || recorded.Number != batch.Number)
        {
            throw new InvalidDataException(
                $"the server acknowledged batch {recorded.Number} of {recorded.Epoch} instead of {batch.Number} of {batch.Epoch}");
        }
    }
}
