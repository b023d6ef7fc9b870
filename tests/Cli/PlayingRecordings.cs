using System.Text;
using Shiplog.Contracts.Views;

namespace Shiplog.Cli.Tests;

public sealed class PlayingRecordings
{
    private const string Cast =
        "{\"version\":2,\"width\":80,\"height\":24}\n[0.1,\"o\",\"\\u001b[1mone\\r\\n\"]\n[0.2,\"i\",\"typed\"]\n[0.3,\"r\",\"90x30\"]\n[3600.0,\"o\",\"two\"]\n[3600.0,\"m\",\"recording cut: why\"]\n";

    [Fact]
    public async Task What_was_shown_is_shown_and_notes_go_elsewhere()
    {
        var (shown, notes) = await PlayAsync(Cast);
        shown.ShouldBe("\e[1mone\r\ntwo");
        notes.ShouldBe("[recording cut: why]\n");
    }

    [Theory]
    [InlineData("[0.1,\"o\"]")]
    [InlineData("[\"x\",\"o\",\"y\"]")]
    [InlineData("{}")]
    [InlineData("torn")]
    public async Task What_is_no_recording_is_refused(string line) =>
        (await Should.ThrowAsync<CliException>(PlayAsync("{}\n" + line))).Message.ShouldContain("no asciicast v2");

    [Fact]
    public void A_list_says_what_each_is_of()
    {
        var text = new StringWriter();
        var recording = new RecordingView("0123456789abcdef", new string('a', 64), "cce", null, "all", "unix:root", new(2026, 11, 17, 12, 0, 0, TimeSpan.Zero), 12_345, 99, "sha256:x", "size");
        ListRecordings.Write(text, [recording, recording with { ExecId = new string('e', 64), Mode = "output", Cut = null }]);
        var lines = text.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries);
        foreach (var part in (string[])["0123456789abcdef", "cce", "attach", "unix:root", "12.3 s", "output, input", "size"])
            lines[1].ShouldContain(part);
        lines[2].ShouldContain("exec eeeeeeeeeeee");
    }

    private static async Task<(string Shown, string Notes)> PlayAsync(string cast)
    {
        var (shown, notes) = (new StringWriter(), new StringWriter());
        await PlayRecording.PlayAsync(shown, notes, Encoding.UTF8.GetBytes(cast), 1, 0, TimeProvider.System, TestContext.Current.CancellationToken);
        return (shown.ToString(), notes.ToString());
    }
}
