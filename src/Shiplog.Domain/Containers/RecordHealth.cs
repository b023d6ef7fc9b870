using Shiplog.Contracts.Orders;

namespace Shiplog.Domain.Containers;

/// <summary>A change of health, as the worker reports it.</summary>
public static class RecordHealth
{
    /// <summary>Recorded while the program runs, where it is a change.</summary>
    public static Decision Decide(HealthChangedReport report, Container container) =>
        container.HasProcess && container.Health is { } health && health != report.To
            ? Decision.Accept(new ContainerHealthChanged(
                container.Id, health, report.To, report.FailingStreak, report.Output, report.At))
            : Decision.Nothing;
}
