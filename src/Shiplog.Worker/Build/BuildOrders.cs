using System.Globalization;
using Shiplog.Contracts.Orders;
using Shiplog.Worker.Orders;

namespace Shiplog.Worker.Build;

/// <summary>The orders about builds, each run as <see cref="OrderRunner"/> runs orders.</summary>
public sealed class BuildOrders
{
    private readonly OrderRunner _runner;
    private readonly BuildStepMaker _maker;

    internal BuildOrders(OrderRunner runner, BuildStepMaker maker) => (_runner, _maker) = (runner, maker);

    // The step, and not the build: a build may make several images side by side.
    internal Task<OrderOutcome> MakeStepAsync(BuildImageStep order, CancellationToken cancellation) => _runner.RunAsync(
        order, string.Create(CultureInfo.InvariantCulture, $"build/{order.BuildId}/{order.Step}"), stopping => _maker.MakeAsync(order, stopping), cancellation);
}

/// <summary>Runs <see cref="BuildImageStep"/>. Public because Wolverine takes no others.</summary>
public static class BuildImageStepHandler
{
    /// <summary>Answers when the new image is recorded.</summary>
    public static Task<OrderOutcome> HandleAsync(BuildImageStep order, BuildOrders builds, CancellationToken cancellation) =>
        builds.MakeStepAsync(order, cancellation);
}
