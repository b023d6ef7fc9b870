using Shiplog.Dashboard.Events;
using Shouldly;
using Xunit;

namespace Shiplog.Dashboard.Tests.Events;

public class WordingEvents
{
    [Theory]
    [InlineData("rootfs_mounted", "rootfs mounted")]
    [InlineData("ip_assigned", "IP assigned")]
    [InlineData("something_of_tomorrow", "something of tomorrow")]
    public void A_type_reads_as_words(string type, string words) => EventWords.Title(type).ShouldBe(words);

    [Fact]
    public void Each_step_tells_its_facts()
    {
        var facts = ALog.OfARun(137).Events.Select(e => (e.Type, EventWords.Facts(e))).ToDictionary();

        facts["container_created"].ShouldBe("from busybox:latest");
        facts["container_start_requested"].ShouldBe("address 172.17.0.2 leased");
        facts["rootfs_mounted"].ShouldBe("overlay2 · 1 read-only layer, one read-write layer");
        facts["bridge_attached"].ShouldBe("veth1 on shiplog0 · 02:42:ac:11:00:02");
        facts["ip_assigned"].ShouldBe("172.17.0.2/16 via 172.17.0.1");
        facts["container_started"].ShouldBe("process 4711 · crun");
        facts["container_committed"].ShouldBe("caichangen:v0.1 is aa11bb22cc33 · nothing had changed");
        facts["container_exited"].ShouldBe("exit code 137 (SIGKILL)");
    }

    [Fact]
    public void A_body_in_another_case_or_of_another_shape_is_read_all_the_same()
    {
        var log = new ALog();
        EventWords.Facts(log.Add("container_exited", 0, new Dictionary<string, object> { ["ExitCode"] = 3 })).ShouldBe("exit code 3");
        EventWords.Facts(log.Add("ip_assigned", 0, new { Address = 7 })).ShouldNotBeNull();
    }

    [Fact]
    public void What_is_recorded_of_a_session_is_told_where_it_begins_and_where_it_ends()
    {
        var log = new ALog();
        EventWords.Facts(log.Add("container_attached", 0, new { Stdout = true, Recording = new { Id = "r1", Mode = "all" } })).ShouldBe("stdout · output and input recorded");
        EventWords.Facts(log.Add("exec_start_requested", 0, new { Recording = new { Id = "r1", Mode = "output" } })).ShouldBe("output recorded");
        EventWords.Facts(log.Add("session_recorded", 0, new { RecordingId = "r1", Mode = "all", DurationMs = 1500.0, Size = 99, Cut = "size" }))
            .ShouldStartWith("recording r1 · output and input · ");
    }

    [Fact]
    public void Every_known_type_has_words_for_an_empty_body()
    {
        var log = new ALog();
        foreach (var type in EventWords.Known.SelectMany(k => k.Types))
            EventWords.Facts(log.Add(type, 0)).ShouldNotBeNull(type);
    }

    [Theory]
    [InlineData("step_failed", 0, EventTone.Bad)]
    [InlineData("container_exited", 0, EventTone.Plain)]
    [InlineData("container_exited", 1, EventTone.Bad)]
    [InlineData("container_stop_requested", 0, EventTone.Intent)]
    [InlineData("rootfs_unmounted", 0, EventTone.Undo)]
    [InlineData("container_started", 0, EventTone.Good)]
    public void The_tone_says_how_it_went(string type, int exitCode, EventTone tone) =>
        EventWords.Tone(new ALog().Add(type, 0, new { ExitCode = exitCode })).ShouldBe(tone);

    [Theory]
    [InlineData("container/4f9a1c0d2b3e4f5a", "4f9a1c0d2b3e", "containers/4f9a1c0d2b3e4f5a")]
    [InlineData("image/sha256:aa11bb22cc33dd44", "aa11bb22cc33", "images/aa11bb22cc33")]
    [InlineData("reference/docker.io/library/busybox:latest", "busybox:latest", "images")]
    [InlineData("host/harbor", "harbor", null)]
    public void A_stream_names_its_object_and_its_page(string stream, string label, string? address)
    {
        var subject = EventSubject.Of(stream);
        subject.Label.ShouldBe(label);
        subject.Address.ShouldBe(address);
    }

    [Fact]
    public void The_JSON_is_whole_and_readable()
    {
        var e = new ALog().Add("x", 0, new { Text = "a \"quoted\" <b>", Number = 1.50, List = new object[] { 1, true }, Nothing = (string?)null, Empty = new { } });

        var text = string.Concat(JsonText.Pieces(e.Data).Select(p => p.Text));

        System.Text.Json.JsonElement.DeepEquals(System.Text.Json.JsonDocument.Parse(text).RootElement, e.Data).ShouldBeTrue(text);
        text.ShouldContain("\n  \"text\": ");
        text.ShouldContain("<b>");
    }
}
