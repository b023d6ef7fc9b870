using Shiplog.Contracts.Orders;
using Shiplog.Worker.Tests.Harness;
using Shouldly;

namespace Shiplog.Worker.Tests.Streams;

/// <summary>The last lines of containers that are no more.</summary>
public sealed class KeepingLogs : IAsyncLifetime
{
    private WorkerHost _host = null!;

    public async ValueTask InitializeAsync() => _host = await WorkerHost.StartAsync("""{ "kept-log-bytes": 1000 }""");

    public async ValueTask DisposeAsync() => await _host.DisposeAsync();

    [Fact]
    public async Task A_container_that_removes_itself_leaves_its_last_lines()
    {
        var order = _host.None(["sh", "-c", "echo out; echo err >&2"]) with { AutoRemove = true };
        (await _host.Server.SendAsync(order)).Failure.ShouldBeNull();
        await _host.Server.ReceivedAsync<ContainerRemovedReport>(r => r.ContainerId == order.ContainerId);
        var lines = (await LogAsync(order)).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        lines.ShouldBe(["out", "err"], ignoreOrder: true);
    }

    [Fact]
    public async Task Of_a_long_log_whole_lines_are_kept_and_the_last_of_them()
    {
        var order = _host.None(["sh", "-c", "seq 1 500"]);
        await _host.Server.SendAsync(order);
        await _host.Server.ReceivedAsync<ContainerExitedReport>(r => r.ContainerId == order.ContainerId);
        (await _host.Server.SendAsync(new RemoveContainer("remove-" + order.ContainerId[..8], order.ContainerId))).Failure.ShouldBeNull();
        var lines = (await LogAsync(order)).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        lines[^1].ShouldBe("500");
        lines.Length.ShouldBeInRange(5, 25);
        lines.ShouldBe(Enumerable.Range(501 - lines.Length, lines.Length).Select(n => $"{n}"));
    }

    [Fact]
    public async Task A_restarted_worker_deletes_what_is_old_and_no_more()
    {
        var folder = Directory.CreateDirectory(Path.Combine(_host.Instance.WorkerFolder, "kept-logs")).FullName;
        await _host.StopWorkerAsync();
        foreach (var (name, days) in (ReadOnlySpan<(string, int)>)[("old", 31), ("young", 29)])
        {
            File.WriteAllText(Path.Combine(folder, name), "x");
            File.SetLastWriteTimeUtc(Path.Combine(folder, name), DateTime.UtcNow.AddDays(-days));
        }

        await _host.StartWorkerAsync();
        for (var patience = DateTime.UtcNow.AddSeconds(30); File.Exists(Path.Combine(folder, "old")); await Task.Delay(20, TestContext.Current.CancellationToken))
            DateTime.UtcNow.ShouldBeLessThan(patience);
        File.Exists(Path.Combine(folder, "young")).ShouldBeTrue();
    }

    private async Task<string> LogAsync(StartContainer order)
    {
        using var http = _host.Server.Http();
        return await http.GetStringAsync(WorkerStreams.Logs(order.ContainerId) + "?tty=1&stdout=1&stderr=1");
    }
}
