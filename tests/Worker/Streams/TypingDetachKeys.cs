using System.Text;
using Shiplog.Worker.Linux;
using Shiplog.Worker.Streams;
using Shouldly;

namespace Shiplog.Worker.Tests.Streams;

public sealed class TypingDetachKeys
{
    [Theory]
    [InlineData(null, "a\u0010\u0011b", "a", true)]
    [InlineData("", "\u0010x", "\u0010x", false)]
    [InlineData("ctrl-x", "ab\u0018cd", "ab", true)]
    [InlineData("ctrl-p,ctrl-p,q", "\u0010\u0010\u0010\u0010q", "\u0010\u0010", true)]
    [InlineData("a,b", "aab", "a", true)]
    [InlineData("ctrl-@", "x\0", "x", true)]
    public void Are_found_and_whatever_else_was_typed_is_passed_on(string? keys, string typed, string passed, bool detached)
    {
        var output = new List<byte>();
        DetachKeys.Parse(keys).Filter(Encoding.ASCII.GetBytes(typed), output).ShouldBe(detached);
        Encoding.ASCII.GetString([.. output]).ShouldBe(passed);
    }

    [Fact]
    public void Are_found_over_several_reads()
    {
        var keys = DetachKeys.Parse(null);
        var output = new List<byte>();
        keys.Filter([16], output).ShouldBeFalse();
        output.ShouldBeEmpty();
        keys.Filter([17], output).ShouldBeTrue();
    }

    [Theory]
    [InlineData("ctrl-1")]
    [InlineData("xx")]
    [InlineData("a,,b")]
    public void Refuses_what_is_no_key(string keys) => Should.Throw<FormatException>(() => DetachKeys.Parse(keys));
}
