using System.Text;
using Shiplog.Worker.Linux;
using Shiplog.Worker.Streams;
using Shouldly;

namespace Shiplog.Worker.Tests.Streams;

public sealed class ReadingALogLine
{
    [Fact]
    public void Keeps_nanoseconds_and_turns_the_time_to_utc()
    {
        var line = Parse("2026-01-02T03:04:05.123456789+02:00 stderr P part")!.Value;
        line.Stamp().ShouldBe("2026-01-02T01:04:05.123456789Z");
        (line.Stream, line.Partial, Encoding.UTF8.GetString(line.Text.Span)).ShouldBe((OutputStream.Stderr, true, "part"));
    }

    [Theory]
    [InlineData("")]
    [InlineData("2026-01-02T03:04:05.123456789+02:00 stdo")]
    [InlineData("9999-99-02T03:04:05.123456789+02:00 stdout F x")]
    public void Is_nothing_where_it_was_torn(string text) => Parse(text).ShouldBeNull();

    private static LogLine? Parse(string text) => LogLine.Parse(Encoding.UTF8.GetBytes(text));
}
