using System.Text;
using Shiplog.Worker.Linux;
using Shiplog.Worker.Streams;
using Shouldly;

namespace Shiplog.Worker.Tests.Streams;

public sealed class NamingSignals
{
    [Theory]
    [InlineData("9", 9)]
    [InlineData("kill", 9)]
    [InlineData("SIGTERM", 15)]
    [InlineData("RTMIN+3", 37)]
    [InlineData("SIGRTMAX-1", 63)]
    [InlineData("0", null)]
    [InlineData("65", null)]
    [InlineData("NONE", null)]
    [InlineData("RTMIN+31", null)]
    public void Reads_numbers_and_names(string text, int? number) => Signals.Parse(text).ShouldBe(number);
}
