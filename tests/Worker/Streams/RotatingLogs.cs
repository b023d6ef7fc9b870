using System.Globalization;
using Shiplog.Contracts.Orders;
using Shiplog.Worker.Streams;
using Shiplog.Worker.Tests.Harness;
using Shouldly;

namespace Shiplog.Worker.Tests.Streams;

/// <summary>A log in several files, which conmon writes: whoever reads it must not see where one ends and the next begins.</summary>
public sealed class RotatingLogs(RotatingLogs.Fixture fixture) : IClassFixture<RotatingLogs.Fixture>
{
    // Says so many numbered lines each time it is asked to: some 57 bytes a line with what conmon puts before it.
    private const int Lines = 1000;

    private const string Counting =
        "n=0; more() { seq $((n*1000+1)) $((n*1000+1000)); n=$((n+1)); }; trap more USR1; trap 'echo end; exit' USR2; more; while :; do sleep 0.1; done";

    private readonly WorkerHost _host = fixture.Host;
    private int _signals;

    [Fact]
    public async Task No_line_is_lost_or_comes_twice_for_whoever_follows_and_for_whoever_reads_afterwards()
    {
        var order = await StartAsync(new LogRotation(20_000, 100, Compress: false));
        var following = LogAsync(order, "follow=1");
        for (var round = 1; round <= 6; round++)
        {
            await FilesAsync(order, round + 1);
            await AskAsync(order, "USR1");
        }

        await SaysAsync(order, 7 * Lines);
        await AskAsync(order, "USR2");
        var expected = Numbers(1, 7 * Lines) + "end\n";
        (await following).ShouldBe(expected);
        (await LogAsync(order, "")).ShouldBe(expected);
        (await LogAsync(order, "tail=3")).ShouldBe($"{(7 * Lines) - 1}\n{7 * Lines}\nend\n");
        (await LogAsync(order, $"tail={(3 * Lines) + 1}")).ShouldBe(Numbers((4 * Lines) + 1, 7 * Lines) + "end\n");
        (await LogAsync(order, "tail=0")).ShouldBe("");
        (await LogAsync(order, $"tail={100 * Lines}")).ShouldBe(expected);
        var stamp = (await LogAsync(order, "timestamps=1")).Split('\n')[(4 * Lines) - 1].Split(' ')[0];
        var since = (DateTimeOffset.Parse(stamp, CultureInfo.InvariantCulture).ToUnixTimeMilliseconds() / 1000m).ToString(CultureInfo.InvariantCulture);
        (await LogAsync(order, "since=" + since)).ShouldEndWith($"{7 * Lines}\nend\n");
        (await LogAsync(order, "since=" + since)).Split('\n').Length.ShouldBeLessThanOrEqualTo((4 * Lines) + 2);
    }

    [Fact]
    public async Task Only_so_many_files_are_kept_and_the_last_lines_are_in_them()
    {
        var order = await StartAsync(new LogRotation(20_000, 3, Compress: true));
        for (var round = 1; round <= 5; round++)
        {
            await NumberAsync(order, round + 1);
            await AskAsync(order, "USR1");
        }

        await SaysAsync(order, 6 * Lines);
        await NumberAsync(order, 7);
        await Eventually.Async(() => Files(order).Count <= 3 && Files(order).All(f => f.IsCurrent || f.Path.EndsWith(".gz", StringComparison.Ordinal)));
        await AskAsync(order, "USR2");
        // Where one file ends depends on when the worker has looked: two full ones have some 350 lines each at least.
        var kept = await LogAsync(order, "follow=1");
        var count = kept.Count(c => c == '\n') - 1;
        count.ShouldBeInRange(600, 5 * Lines);
        kept.ShouldBe(Numbers((6 * Lines) - count + 1, 6 * Lines) + "end\n");
        (await LogAsync(order, "tail=551")).ShouldBe(Numbers((6 * Lines) - 549, 6 * Lines) + "end\n");
    }

    [Fact]
    public async Task Of_one_file_the_full_one_is_let_go()
    {
        var order = await StartAsync(new LogRotation(20_000, 1, Compress: false));
        for (var round = 1; round <= 3; round++)
        {
            await NumberAsync(order, round + 1);
            await AskAsync(order, "USR1");
        }

        await NumberAsync(order, 5);
        await Eventually.Async(() => Files(order).Where(f => !f.IsCurrent).All(f => new FileInfo(f.Path).Length == 0));
        await AskAsync(order, "USR2");
        var kept = await LogAsync(order, "follow=1");
        var count = kept.Count(c => c == '\n') - 1;
        count.ShouldBeLessThan(Lines);
        kept.ShouldBe(Numbers((4 * Lines) - count + 1, 4 * Lines) + "end\n");
    }

    [Fact]
    public async Task While_the_worker_is_away_the_file_grows_and_nothing_is_lost()
    {
        var order = await StartAsync(new LogRotation(20_000, 100, Compress: false));
        var started = await _host.Server.ReceivedAsync<ContainerStartedReport>(r => r.ContainerId == order.ContainerId);
        await FilesAsync(order, 2);
        await _host.KillWorkerAsync();
        // As one that died between giving the file its number and asking conmon for another one.
        new LogFiles(_host.Paths(order.ContainerId).Log).Keep().ShouldBeTrue();
        _host.Namespaces.Run("kill", "-USR1", $"{started.Pid}");
        await _host.StartWorkerAsync();
        await FilesAsync(order, 3);
        await AskAsync(order, "USR1");
        await SaysAsync(order, 3 * Lines);
        await AskAsync(order, "USR2");
        (await LogAsync(order, "follow=1")).ShouldBe(Numbers(1, 3 * Lines) + "end\n");
    }

    [Fact]
    public async Task Of_a_removed_container_the_last_lines_are_kept_from_all_of_its_files()
    {
        var order = await StartAsync(new LogRotation(20_000, 10, Compress: true));
        await FilesAsync(order, 2);
        await AskAsync(order, "USR1");
        await FilesAsync(order, 3);
        await AskAsync(order, "USR2");
        await LogAsync(order, "follow=1");
        await _host.Server.ReceivedAsync<ContainerExitedReport>(r => r.ContainerId == order.ContainerId);
        (await _host.Server.SendAsync(new RemoveContainer("remove-" + order.ContainerId[..8], order.ContainerId))).Failure.ShouldBeNull();
        Directory.Exists(_host.Paths(order.ContainerId).Folder).ShouldBeFalse();
        var lines = (await LogAsync(order, "")).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        lines[^1].ShouldBe("end");
        // 70,000 bytes are not all of it.
        lines.Length.ShouldBeInRange(Lines, (2 * Lines) - 1);
        string.Join('\n', lines[..^1]).ShouldBe(Numbers((2 * Lines) - lines.Length + 2, 2 * Lines).TrimEnd());
    }

    private async Task<StartContainer> StartAsync(LogRotation rotation)
    {
        var order = _host.None(["sh", "-c", Counting]) with { LogRotation = rotation };
        (await _host.Server.SendAsync(order)).Failure.ShouldBeNull();
        return order;
    }

    private async Task AskAsync(StartContainer order, string signal) =>
        (await _host.Server.SendAsync(new KillContainer($"kill-{++_signals}-{order.ContainerId[..8]}", order.ContainerId, signal))).Failure.ShouldBeNull();

    private List<LogFile> Files(StartContainer order) => new LogFiles(_host.Paths(order.ContainerId).Log).List();

    private Task FilesAsync(StartContainer order, int count) => Eventually.Async(() => Files(order).Count >= count);

    /// <summary>Waits until the file that is written has this number.</summary>
    private Task NumberAsync(StartContainer order, int number) => Eventually.Async(() => Files(order) is [.., { IsCurrent: true } last] && last.Number >= number);

    private async Task SaysAsync(StartContainer order, int number)
    {
        for (var end = DateTime.UtcNow.AddSeconds(60); (await LogAsync(order, "tail=1")).TrimEnd() != $"{number}"; await Task.Delay(20))
            DateTime.UtcNow.ShouldBeLessThan(end, $"it does not say {number}");
    }

    private static string Numbers(int first, int last) => string.Concat(Enumerable.Range(first, last - first + 1).Select(n => $"{n}\n"));

    private async Task<string> LogAsync(StartContainer order, string query)
    {
        using var http = _host.Server.Http();
        return await http.GetStringAsync(WorkerStreams.Logs(order.ContainerId) + "?tty=1&stdout=1&" + query);
    }

    public sealed class Fixture : IAsyncLifetime
    {
        internal WorkerHost Host { get; private set; } = null!;

        public async ValueTask InitializeAsync() => Host = await WorkerHost.StartAsync("""{ "kept-log-bytes": 70000 }""");

        public async ValueTask DisposeAsync() => await Host.DisposeAsync();
    }
}
