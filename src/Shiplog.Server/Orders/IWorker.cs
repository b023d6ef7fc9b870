using System.Net.Sockets;
using Shiplog.Contracts.Orders;

namespace Shiplog.Server.Orders;

/// <summary>The worker as the slices see it.</summary>
internal interface IWorker
{
    /// <summary>
    /// Sends an order over Wolverine's HTTP transport and waits for its outcome; the facts it caused are durable by then.
    /// </summary>
    /// <exception cref="WorkerAwayException">The worker does not answer; the command stays open and is driven again.</exception>
    Task<OrderOutcome> SendAsync(Order order, CancellationToken cancellation);

    /// <summary>For plain requests to <see cref="WorkerStreams"/>: the base address is set, there is no time-out.</summary>
    HttpClient Streams { get; }

    /// <summary>A connected socket to the worker, for a hijacked stream.</summary>
    /// <exception cref="WorkerAwayException">The worker does not answer.</exception>
    Task<Socket> ConnectAsync(CancellationToken cancellation);
}

/// <summary>The worker does not answer.</summary>
internal sealed class WorkerAwayException(string message, Exception inner) : Exception(message, inner);
