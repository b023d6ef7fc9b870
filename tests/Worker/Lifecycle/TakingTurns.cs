using Shiplog.Contracts;
using Shiplog.Contracts.Orders;
using Shiplog.Worker.Lifecycle;
using Shiplog.Worker.Orders;
using Shiplog.Worker.Tests.Harness;
using Shouldly;

namespace Shiplog.Worker.Tests.Lifecycle;

public sealed class TakingTurns
{
    [Fact]
    public async Task One_subject_at_a_time_and_subjects_side_by_side()
    {
        var gates = new SubjectGates();
        var first = await gates.EnterAsync("a", CancellationToken.None);
        var second = gates.EnterAsync("a", CancellationToken.None);
        (await gates.EnterAsync("b", CancellationToken.None)).Dispose();
        second.IsCompleted.ShouldBeFalse();
        first.Dispose();
        first.Dispose();
        var turn = await second;
        gates.EnterAsync("a", CancellationToken.None).IsCompleted.ShouldBeFalse();
        turn.Dispose();
    }
}
