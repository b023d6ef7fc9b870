using Shiplog.Dashboard.Shared;
using Shouldly;
using Xunit;

namespace Shiplog.Dashboard.Tests.Shared;

public class TellingTimesAndSizes
{
    [Theory]
    [InlineData(-2, "just now")]
    [InlineData(0.4, "just now")]
    [InlineData(1, "1 s ago")]
    [InlineData(59.9, "59 s ago")]
    [InlineData(60, "1 min ago")]
    [InlineData(7199, "1 h ago")]
    [InlineData(86400 * 3, "3 d ago")]
    [InlineData(86400 * 800, "2 years ago")]
    public void An_age_is_its_largest_unit(double seconds, string words) => Ages.Ago(ALog.Noon, ALog.Noon.AddSeconds(seconds)).ShouldBe(words);

    [Theory]
    [InlineData(0, "0 ms")]
    [InlineData(0.417, "0.42 ms")]
    [InlineData(37.64, "37.6 ms")]
    [InlineData(999.9, "999 ms")]
    [InlineData(1240, "1.24 s")]
    [InlineData(59_999, "59.99 s")]
    [InlineData(723_000, "12 min 3 s")]
    [InlineData(11_520_000, "3 h 12 min")]
    [InlineData(180_000_000, "2 d 2 h")]
    public void A_duration_keeps_what_matters(double milliseconds, string words) => Ages.Exact(TimeSpan.FromMilliseconds(milliseconds)).ShouldBe(words);

    [Theory]
    [InlineData(0, "0 B")]
    [InlineData(999, "999 B")]
    [InlineData(4_270_000, "4.27 MB")]
    [InlineData(999_600, "1 MB")]
    [InlineData(123_456_789, "123 MB")]
    [InlineData(7_800_000_000, "7.8 GB")]
    public void A_size_is_in_powers_of_a_thousand(long bytes, string words) => Ages.Bytes(bytes).ShouldBe(words);

    [Fact]
    public void Times_are_UTC_wherever_they_come_from()
    {
        var at = new DateTimeOffset(2026, 3, 1, 14, 3, 5, 123, TimeSpan.FromHours(2));
        Ages.Utc(at).ShouldBe("2026-03-01 12:03:05.123");
        Ages.Iso(at).ShouldBe("2026-03-01T12:03:05.123000Z");
    }

    [Theory]
    [InlineData("docker.io/library/busybox:latest", "busybox:latest")]
    [InlineData("docker.io/grafana/loki:3", "grafana/loki:3")]
    [InlineData("127.0.0.1:5000/busybox:latest", "127.0.0.1:5000/busybox:latest")]
    public void A_reference_is_written_as_people_do(string reference, string familiar) => Ids.Familiar(reference).ShouldBe(familiar);
}
