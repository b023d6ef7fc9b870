using System.Diagnostics;
using Shiplog.Contracts.Orders;
using Shiplog.Worker.Tests.Harness;
using Shouldly;

namespace Shiplog.Worker.Tests.Lifecycle;

public sealed class MeasuringAStart(SharedWorker shared) : IClassFixture<SharedWorker>
{
    private const int Runs = 40;
    private readonly WorkerHost _host = shared.Host;

    [Fact]
    public async Task Prints_where_the_time_of_a_start_and_an_end_goes()
    {
        foreach (var bridged in (bool[])[true, false])
        {
            var starts = new List<double>();
            var ends = new List<double>();
            var steps = new Dictionary<string, List<double>>();
            for (var i = 0; i < Runs; i++)
            {
                var order = (bridged ? _host.Start(["true"]) : _host.None(["true"])) with { AutoRemove = true };
                var clock = Stopwatch.StartNew();
                (await _host.Server.SendAsync(order)).Failure.ShouldBeNull();
                starts.Add(clock.Elapsed.TotalMilliseconds);
                var exited = await _host.Server.ReceivedAsync<ContainerExitedReport>(r => r.ContainerId == order.ContainerId);
                var (batch, arrived) = _host.Server.Arrivals.First(a => a.Batch.Reports.Contains(exited));
                ends.Add((arrived - exited.At).TotalMilliseconds);
                foreach (var report in _host.Server.Batches.First(b => b.CommandId == order.CommandId).Reports)
                {
                    if (report.GetType().GetProperty("Duration")?.GetValue(report) is TimeSpan duration)
                        (steps.TryGetValue(report.GetType().Name, out var list) ? list : steps[report.GetType().Name] = []).Add(duration.TotalMilliseconds);
                }
            }

            TestContext.Current.TestOutputHelper!.WriteLine(
                $"{(bridged ? "bridge" : "none")}: start {Median(starts):F1} ms, end to reported {Median(ends):F1} ms; "
                + string.Join(", ", steps.Select(s => $"{s.Key} {Median(s.Value):F2}")));
        }
    }

    private static double Median(List<double> values) => values.Order().ElementAt(values.Count / 2);
}
