using System.Text.Json;
using Shiplog.Contracts.Orders;
using Shiplog.Worker.Tests.Harness;
using Shouldly;

namespace Shiplog.Worker.Tests.Stats;

/// <summary>Figures of the real kernel, as the worker's stream gives them.</summary>
public sealed class WatchingAContainer(SharedWorker shared) : IClassFixture<SharedWorker>
{
    private const ulong Megabyte = 1 << 20;
    private readonly WorkerHost _host = shared.Host;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_runs_has_figures_until_it_ends()
    {
        var order = _host.Start(["sh", "-c", "sleep 1000 & ping -c 2 172.30.0.1; while :; do :; done"], host: 9) with
        {
            Limits = new ResourceLimits { Memory = 64 * (long)Megabyte, Pids = 50, CpuPeriod = 100_000, CpuQuota = 50_000 },
        };
        (await _host.Server.SendAsync(order)).Failure.ShouldBeNull();
        using var http = _host.Server.Http();
        await using var stream = await http.GetStreamAsync(WorkerStreams.Stats(order.ContainerId), Cancellation);
        using var lines = new StreamReader(stream);
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        var first = (await NextAsync(lines, patience.Token))!;
        var last = first;
        // Until it has done all that it does, in as many seconds as the machine needs.
        while (last.Interfaces?["eth0"] is not { RxPackets: > 0, TxPackets: > 0 } || last.Cpu.Total - first.Cpu.Total < 50_000_000 || last.Cpu.Periods == 0)
            last = (await NextAsync(lines, patience.Token))!;
        last.Processes.Current.ShouldBeInRange(2UL, 5UL);
        last.Processes.Limit.ShouldBe(50UL);
        last.Memory.Limit.ShouldBe(64 * Megabyte);
        last.Memory.Usage.ShouldBeInRange(4096UL, 64 * Megabyte);
        last.Memory.Stats.Values.Max().ShouldBeGreaterThan(0UL);
        last.Cpu.System.ShouldBeGreaterThan(first.Cpu.System);
        last.Cpu.Cpus.ShouldBe(Environment.ProcessorCount);
        last.At.ShouldBeGreaterThan(first.At);
        last.Interfaces!.Keys.ShouldBe(["eth0"]);
        (await OnceAsync(order.ContainerId))!.Cpu.Total.ShouldBeGreaterThanOrEqualTo(last.Cpu.Total);

        (await _host.Server.SendAsync(new KillContainer("kill-" + order.ContainerId[..8], order.ContainerId, "KILL"))).Failure.ShouldBeNull();
        while (await NextAsync(lines, patience.Token) is not null)
        {
        }

        (await OnceAsync(order.ContainerId)).ShouldBeNull();
    }

    [Fact]
    public async Task One_without_a_network_of_its_own_has_no_interfaces()
    {
        var order = _host.None(["sleep", "1000"]);
        (await _host.Server.SendAsync(order)).Failure.ShouldBeNull();
        var figures = (await OnceAsync(order.ContainerId))!;
        figures.Interfaces.ShouldBeNull();
        figures.Processes.Current.ShouldBe(1UL);
        await _host.Server.SendAsync(new KillContainer("kill-" + order.ContainerId[..8], order.ContainerId, "KILL"));
    }

    private async Task<ContainerFigures?> OnceAsync(string id)
    {
        using var http = _host.Server.Http();
        return JsonSerializer.Deserialize<ContainerFigures>(await http.GetStringAsync(WorkerStreams.Stats(id) + "?once=1", Cancellation));
    }

    private static async Task<ContainerFigures?> NextAsync(StreamReader lines, CancellationToken cancellation) =>
        JsonSerializer.Deserialize<ContainerFigures>((await lines.ReadLineAsync(cancellation))!);
}
