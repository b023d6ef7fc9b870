using System.Text;
using Shiplog.Contracts;
using Shiplog.Worker.Recordings;
using Shiplog.Worker.Streams;
using Shouldly;

namespace Shiplog.Worker.Tests.Streams;

public sealed class ReadingAnAttachRequest
{
    [Fact]
    public void Takes_its_options_from_the_query()
    {
        var request = AttachRequest.Parse("POST /streams/containers/abc/attach?stdin=1&stdout=true&stream=1&detachKeys=ctrl-a%2Cx HTTP/1.1\r\n\r\n"u8)!;
        request.ShouldBe(new AttachRequest("abc", null, true, true, false, true, false, false, "ctrl-a,x"));
        AttachRequest.Parse("POST /streams/containers/abc/execs/def/attach?stdout=1 HTTP/1.1\r\n\r\n"u8)!
            .ShouldBe(new AttachRequest("abc", "def", false, true, false, false, false, false, null));
        var recorded = AttachRequest.Parse("POST /streams/containers/abc/attach?tty=1&recording=r1&record=all&w=100&h=40&title=sh%20-c%20%C3%A9 HTTP/1.1\r\n\r\n"u8)!;
        recorded.RecordingId.ShouldBe("r1");
        recorded.Recorded.ShouldBe(new RecordedSession(RecordMode.All, "sh -c é", true, 100, 40));
        Should.Throw<FormatException>(() => AttachRequest.Parse("POST /streams/containers/abc/attach?recording=r1&record=some HTTP/1.1\r\n\r\n"u8));
        AttachRequest.Parse("POST /streams/containers/abc/resize?w=1&h=2 HTTP/1.1\r\n\r\n"u8).ShouldBeNull();
    }
}
