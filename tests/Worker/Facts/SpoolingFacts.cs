using Microsoft.Extensions.Logging.Abstractions;
using Shiplog.Contracts.Orders;
using Shiplog.Worker.Facts;
using Shouldly;

namespace Shiplog.Worker.Tests.Facts;

public sealed class SpoolingFacts : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("shiplog-").FullName;

    [Fact]
    public void Counts_batches_from_one_and_keeps_them_for_the_next_life()
    {
        using (var spool = Open("first"))
        {
            Append(spool, "a", "c1").Number.ShouldBe(1);
            Append(spool, "b", null).Number.ShouldBe(2);
        }

        using var next = Open("second");
        var earlier = next.TakeEarlier();
        earlier.Select(e => (e.Line.Lane, e.Line.Batch.Epoch, e.Line.Batch.Number, e.Acknowledged))
            .ShouldBe([("a", "first", 1L, false), ("b", "first", 2L, false)]);
        earlier[0].Line.Batch.Reports.Single().ShouldBeOfType<ContainerRemovedReport>().ContainerId.ShouldBe("a");
        earlier[0].Line.Outcome!.CommandId.ShouldBe("c1");
        Append(next, "a", null).Number.ShouldBe(1);
    }

    [Fact]
    public void Remembers_over_lives_what_was_acknowledged()
    {
        using (var spool = Open("first"))
        {
            var batches = Enumerable.Range(0, 12).Select(i => Append(spool, "a", $"c{i}")).ToList();
            spool.Acknowledge(batches[1]);
            spool.Acknowledge(batches[11]);
        }

        using (var second = Open("second"))
            second.TakeEarlier().Where(e => e.Acknowledged).Select(e => e.Line.Batch.Number).ShouldBe([2L, 12L]);
    }

    [Fact]
    public void Bears_a_last_line_that_a_crash_has_torn_and_a_torn_acknowledgement()
    {
        using (var spool = Open("first"))
            spool.Acknowledge(Append(spool, "a", "c1"));
        var lines = Directory.GetFiles(_folder, "*.jsonl").Single();
        File.AppendAllText(lines, "{\"Lane\":\"a\",\"Batch\":{\"Ho");
        File.AppendAllText(Path.ChangeExtension(lines, ".acks"), "1");
        using var next = Open("second");
        next.TakeEarlier().Select(e => (e.Line.Batch.Number, e.Acknowledged)).ShouldBe([(1L, true)]);
    }

    [Fact]
    public void Deletes_old_files_only_when_all_of_them_is_acknowledged()
    {
        for (var life = 0; life < 8; life++)
        {
            using var spool = Open($"life{life}");
            var batch = Append(spool, "a", null);
            if (life != 0)
                spool.Acknowledge(batch);
        }

        using var last = Open("last");
        var epochs = last.TakeEarlier().Select(e => e.Line.Batch.Epoch).ToList();
        epochs.ShouldContain("life0");
        epochs.ShouldNotContain("life1");
        epochs.ShouldContain("life7");
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    // Each life a second later: files sort by time.
    private int _life;

    private FactSpool Open(string epoch) => new(_folder, "host", epoch, new Clock(++_life));

    private static ReportBatch Append(FactSpool spool, string lane, string? command) => spool.Append(
        lane, command, null, [new ContainerRemovedReport(lane, DateTimeOffset.UnixEpoch)],
        command is null ? null : new OrderOutcome(command)).Batch;

    private sealed class Clock(int second) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => DateTimeOffset.UnixEpoch.AddSeconds(second);
    }
}
