using CsCheck;
using Shiplog.Domain.Builds;

namespace Shiplog.Domain.Tests.Builds;

public sealed class ReadingAMount
{
    private static readonly RunMount Bind = new("bind", null, null, null, true, 0, null, null, false, null, null, null, null);

    public static TheoryData<string, RunMount> Mounts => new()
    {
        { "target=/x", Bind with { Target = "/x" } },
        { "type=BIND,from=base,source=/a,dst=b,rw", Bind with { From = "base", Source = "/a", Target = "b", ReadOnly = false } },
        { "target=/x,readonly=false", Bind with { Target = "/x", ReadOnly = false } },
        { "target=/x,ro=T", Bind with { Target = "/x" } },
        {
            "type=cache,target=$HOME/.m2,id=m,sharing=Locked,mode=0755,uid=1,gid=2",
            Bind with { Type = "cache", Target = "/root/.m2", ReadOnly = false, Id = "m", Sharing = "locked", Mode = 0x1ED, Uid = 1, Gid = 2 }
        },
        { "type=cache,target=/x,ro", Bind with { Type = "cache", Target = "/x" } },
        { "type=tmpfs,target=/x,size=64m", Bind with { Type = "tmpfs", Target = "/x", ReadOnly = false, Size = 64L << 20 } },
        { "type=tmpfs,target=/x,size=1.5GiB", Bind with { Type = "tmpfs", Target = "/x", ReadOnly = false, Size = 3L << 29 } },
        { "type=tmpfs,target=/x,size=7", Bind with { Type = "tmpfs", Target = "/x", ReadOnly = false, Size = 7 } },
        { "type=secret,id=key,required", Bind with { Type = "secret", Id = "key", Required = true } },
        { "type=secret,id=key,env=KEY,required=false", Bind with { Type = "secret", Id = "key", Env = "KEY" } },
        { "type=secret,target=/run/k,mode=400", Bind with { Type = "secret", Target = "/run/k", Mode = 0x100 } },
        { "type=ssh", Bind with { Type = "ssh" } },
        { "\"target=/a,b\",\"source=\"\"q\"\"\"", Bind with { Target = "/a,b", Source = "q" } },
    };

    [Theory]
    [MemberData(nameof(Mounts))]
    public void What_is_asked_for_is_read(string text, RunMount mount)
    {
        RunMount.TryParse(text, name => name is "HOME" ? "/root" : null, '\\', out var read, out var fault).ShouldBeTrue(fault);
        read.ShouldBe(mount);
    }

    [Theory]
    [InlineData("type=volume,target=/x", "unsupported mount type \"volume\"")]
    [InlineData("type=bnd,target=/x", "unsupported mount type \"bnd\" (did you mean bind?)")]
    [InlineData("target", "invalid field 'target' must be a key=value pair")]
    [InlineData("taget=/x", "unexpected key 'taget' in 'taget=/x' (did you mean target?)")]
    [InlineData("target=/x,ro=maybe", "invalid value for ro: maybe")]
    [InlineData("target=/x,required", "unexpected key 'required' for mount type 'bind'")]
    [InlineData("target=/x,size=1", "unexpected key 'size' for mount type 'bind'")]
    [InlineData("type=tmpfs,target=/x,size=much", "invalid value for size: much")]
    [InlineData("type=tmpfs,target=/x,size=999999999999p", "invalid value for size: 999999999999p")]
    [InlineData("type=cache,target=/x,sharing=some", "unsupported sharing value \"some\"")]
    [InlineData("type=cache,target=/x,mode=8", "invalid value 8 for mode")]
    [InlineData("type=cache,target=/x,mode=77777777777", "invalid value 77777777777 for mode")]
    [InlineData("type=cache,target=/x,uid=a", "invalid value a for uid")]
    [InlineData("type=cache,target=/x,gid=-1", "invalid value -1 for gid")]
    [InlineData("target=/x,mode=7", "mode not allowed for \"bind\" type mounts")]
    [InlineData("type=tmpfs,target=/x,uid=7", "uid not allowed for \"tmpfs\" type mounts")]
    [InlineData("target=/x,gid=7", "gid not allowed for \"bind\" type mounts")]
    [InlineData("target=/x,sharing=shared", "invalid cache sharing set for bind mount")]
    [InlineData("target=/x/..", "invalid mount target \"/\"")]
    [InlineData("type=secret", "invalid secret mount. one of source, target required")]
    [InlineData("type=secret,id=a,from=b", "secret mount should not have a from")]
    [InlineData("type=secret,id=a,sharing=shared", "secret mount should not define sharing")]
    [InlineData("type=secret,id=a,source=b", "both source and id can't be set")]
    [InlineData("target=${x", "failed to process \"${x\": syntax error: missing '}'")]
    [InlineData("\"target=/x", "failed to parse csv mounts: a quote is open or stands inside a value in \"\\\"target=/x\"")]
    [InlineData("\"target=\"/x", "failed to parse csv mounts: a quote is open or stands inside a value in \"\\\"target=\\\"/x\"")]
    [InlineData("target=/x,", "invalid field '' must be a key=value pair")]
    public void What_cannot_be_is_refused_in_buildkits_words(string text, string message)
    {
        RunMount.TryParse(text, _ => null, '\\', out _, out var fault).ShouldBeFalse();
        fault.ShouldBe(message);
    }

    [Fact]
    public void Any_text_is_read_or_refused() => Gen.String[Gen.Char["typebindcache=,\"$/x0"], 0, 20].Sample(text =>
    {
        if (!RunMount.TryParse(text, _ => null, '\\', out _, out var fault))
            fault.ShouldNotBeEmpty();
    });
}
