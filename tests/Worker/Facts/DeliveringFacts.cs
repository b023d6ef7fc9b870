using Microsoft.Extensions.Logging.Abstractions;
using Shiplog.Contracts.Orders;
using Shiplog.Worker.Facts;
using Shouldly;

namespace Shiplog.Worker.Tests.Facts;

public sealed class DeliveringFacts : IAsyncLifetime
{
    private readonly string _folder = Directory.CreateTempSubdirectory("shiplog-").FullName;
    private readonly FakeReports _server = new();
    private FactSpool _spool = null!;
    private FactDelivery _delivery = null!;

    public async ValueTask InitializeAsync()
    {
        _spool = new FactSpool(_folder, "host", "epoch", TimeProvider.System);
        _delivery = new FactDelivery(_spool, _server, NullLogger<FactDelivery>.Instance);
        _delivery.TakeUpEarlier().Ended.Keys.ShouldBeEmpty();
        await _delivery.StartAsync(TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task Sends_again_until_the_server_has_it()
    {
        _server.Refusals = 3;
        await Report("a", "c1").WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
        _server.Taken.Select(b => b.CommandId).ShouldBe(["c1"]);
        (await _delivery.Remembered("c1")!).CommandId.ShouldBe("c1");
        _delivery.Remembered("other").ShouldBeNull();
    }

    [Fact]
    public async Task Keeps_the_order_of_a_lane_and_lets_others_pass()
    {
        _server.Poison = "a1";
        var first = Report("a", "a1");
        var second = Report("a", "a2");
        await Report("b", "b1").WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
        (first.IsCompleted, second.IsCompleted).ShouldBe((false, false));
        _delivery.OutcomeOf("a2").ShouldNotBeNull();
        _server.Poison = null;
        await Task.WhenAll(first, second).WaitAsync(TimeSpan.FromSeconds(30), TestContext.Current.CancellationToken);
        _server.Taken.Select(b => b.CommandId).ShouldBe(["b1", "a1", "a2"]);
    }

    public async ValueTask DisposeAsync()
    {
        await _delivery.StopAsync(CancellationToken.None);
        _delivery.Dispose();
        _spool.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private Task Report(string lane, string command) => _delivery.Report(
        lane, command, null, [new ContainerRemovedReport(lane, DateTimeOffset.UnixEpoch)], new OrderOutcome(command));

    private sealed class FakeReports : IReports
    {
        public List<ReportBatch> Taken { get; } = [];

        public int Refusals { get; set; }

        public string? Poison { get; set; }

        public Task SendAsync(ReportBatch batch, CancellationToken cancellation)
        {
            if (Refusals-- > 0 || batch.CommandId == Poison)
                throw new IOException("away");
            lock (Taken)
                Taken.Add(batch);
            return Task.CompletedTask;
        }
    }
}
