using System.Text;
using Shiplog.Worker.Linux;
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
        AttachRequest.Parse("POST /streams/containers/abc/resize?w=1&h=2 HTTP/1.1\r\n\r\n"u8).ShouldBeNull();
    }
}
