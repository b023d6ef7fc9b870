using Shiplog.Contracts.Orders;
using Shiplog.Worker.Stats;
using Shiplog.Worker.Tests.Harness;
using Shouldly;

namespace Shiplog.Worker.Tests.Stats;

/// <summary>However many want a container's figures, they are read for all of them together.</summary>
public sealed class SamplingOnce
{
    private int _reads;

    [Fact]
    public async Task Two_clients_see_the_same_readings_and_nothing_is_read_when_they_have_gone()
    {
        var samplers = new Samplers(_ => Figures(Interlocked.Increment(ref _reads)), TimeProvider.System);
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        var seen = await Task.WhenAll(TakeAsync(samplers, 3, patience.Token), TakeAsync(samplers, 3, patience.Token));
        foreach (var readings in seen)
        {
            readings.Count.ShouldBe(3);
            readings.ShouldBe(readings.Order());
            readings[^1].ShouldBeLessThanOrEqualTo(_reads);
        }

        // A slow machine lets one of them miss some, but never read for itself: two readers would have made twice as many.
        seen[0].Intersect(seen[1]).ShouldNotBeEmpty();
        await Eventually.Async(() => !samplers.IsSampling("box"));
        var after = _reads;
        samplers.IsSampling("box").ShouldBeFalse();
        await TakeAsync(samplers, 1, patience.Token);
        _reads.ShouldBe(after + 1);
    }

    [Fact]
    public async Task A_reading_that_breaks_is_told_to_those_who_wait()
    {
        var samplers = new Samplers(
            _ => Interlocked.Increment(ref _reads) == 1 ? Figures(1) : throw new InvalidOperationException("no such file"), TimeProvider.System);
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        (await Should.ThrowAsync<InvalidOperationException>(TakeAsync(samplers, 5, patience.Token))).Message.ShouldBe("no such file");
        samplers.IsSampling("box").ShouldBeFalse();
    }

    private static async Task<List<int>> TakeAsync(Samplers samplers, int count, CancellationToken cancellation)
    {
        var seen = new List<int>();
        await foreach (var figures in samplers.FollowAsync("box", cancellation))
        {
            seen.Add((int)figures!.Processes.Current);
            if (seen.Count == count)
                break;
        }

        return seen;
    }

    private static ContainerFigures Figures(int reading) => new(
        DateTimeOffset.UnixEpoch, new CpuFigures(0, null, 0, 0, 0, 0, 0, 0, 0), new MemoryFigures(0, 0, 0, 0, []),
        new ProcessFigures((ulong)reading, 0), new BlockFigures([], null), null);
}
