using Shiplog.Contracts.Orders;

namespace Shiplog.Worker.Orders;

/// <summary>An order that comes to nothing, in the words that the client is told.</summary>
/// <param name="failure">Why.</param>
/// <param name="reports">What is to be reported before the failure: the step that failed, undo steps that failed.</param>
internal sealed class OrderException(OrderFailure failure, Report[]? reports = null, Exception? inner = null)
    : Exception(failure.Error, inner)
{
    public OrderFailure Failure => failure;

    public Report[] Reports => reports ?? [];
}
