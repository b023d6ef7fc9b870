using System.Text;
using Shiplog.Worker.Images.Progress;

namespace Shiplog.Worker.Tests.Images;

public sealed class TellingProgress
{
    [Theory]
    [InlineData(0, 5_000_000, "[>                                                  ]       0B/5MB")]
    [InlineData(1_234_567, 5_000_000, "[============>                                      ]  1.235MB/5MB")]
    [InlineData(5_000_000, 5_000_000, "[==================================================>]      5MB/5MB")]
    [InlineData(600, 512, "[==================================================>]     600B")]
    public void A_bar_is_drawn_as_dockerd_draws_it(long current, long total, string bar) => JsonMessage.Bar(current, total).ShouldBe(bar);

    [Fact]
    public void Figures_are_written_key_for_key_as_dockerd_writes_them() =>
        Encoding.UTF8.GetString(JsonMessage.Layer("Downloading", "0123456789ab", 512, 1024))
            .ShouldBe("{\"status\":\"Downloading\",\"progressDetail\":{\"current\":512,\"total\":1024},\"progress\":\"[=========================>                         ]     512B/1.024kB\",\"id\":\"0123456789ab\"}\r\n");

    [Fact]
    public async Task A_watcher_gets_every_line_also_those_before_it_came()
    {
        var hub = new ProgressHub();
        var feed = hub.Write("c");
        feed.Write("one"u8.ToArray());
        var watching = ReadAsync(hub, "c");
        feed.Write("two"u8.ToArray());
        feed.Dispose();
        (await watching).ShouldBe(["one", "two"]);
        feed.Abandoned.IsCancellationRequested.ShouldBeFalse();
    }

    [Fact]
    public async Task A_watcher_that_leaves_before_the_end_cancels_the_work()
    {
        var hub = new ProgressHub();
        using var feed = hub.Write("c");
        feed.Write("one"u8.ToArray());
        await foreach (var _ in hub.ReadAsync("c", CancellationToken.None))
            break;
        feed.Abandoned.IsCancellationRequested.ShouldBeTrue();
    }

    [Fact]
    public async Task A_watcher_that_comes_late_is_not_left_waiting()
    {
        var hub = new ProgressHub();
        using (var feed = hub.Write("c"))
            feed.Write("one"u8.ToArray());
        (await ReadAsync(hub, "c")).ShouldBe(["one"]);
    }

    private static async Task<List<string>> ReadAsync(ProgressHub hub, string commandId)
    {
        var lines = new List<string>();
        await foreach (var line in hub.ReadAsync(commandId, CancellationToken.None))
            lines.Add(Encoding.UTF8.GetString(line));
        return lines;
    }
}
