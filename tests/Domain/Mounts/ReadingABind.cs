using CsCheck;
using Shiplog.Domain.Mounts;

namespace Shiplog.Domain.Tests.Mounts;

public sealed class ReadingABind
{
    private static readonly Gen<string> Word = Gen.String[Gen.Char["abcXYZ019_.-"], 1, 8].Select(s => "a" + s);

    private static readonly Gen<string> AbsolutePath = Word.Array[1, 4].Select(parts => "/" + string.Join('/', parts));

    private static readonly Gen<string> Mode = Gen.Select(
        Any.Of("", "ro", "rw"), Any.Of("", "z", "Z"), Any.Of("", "consistent", "cached", "delegated"),
        (access, label, consistency) => string.Join(',', ((string[])[access, label, consistency]).Where(w => w is not "")));

    [Fact]
    public void What_is_written_by_the_rules_is_read_back() => Gen.Select(Gen.OneOf(AbsolutePath, Word), AbsolutePath, Mode).Sample((source, target, mode) =>
    {
        var raw = $"{source}:{target}{(mode is "" ? "" : ":" + mode)}";
        BindSpec.TryParse(raw, "", out var mount, out var read, out var error).ShouldBeTrue(error);
        (mount.Source, mount.Target, read).ShouldBe((source, target, mode));
        mount.Type.ShouldBe(source.StartsWith('/') ? "bind" : "volume");
        mount.ReadOnly.ShouldBe(mode.Split(',').Contains("ro"));
    });

    [Fact]
    public void Anything_is_read_or_refused_with_a_reason() => Gen.String[Gen.Char[":/.,abrowzZ~ \0é"], 0, 20].Sample(raw =>
    {
        if (BindSpec.TryParse(raw, "", out var mount, out _, out var error))
        {
            MountRules.Fault(mount).ShouldBeNull();
            ContainerPath.Clean(mount.Target).ShouldStartWith("/");
            ContainerPath.Clean(mount.Target).ShouldNotBe("/");
        }
        else
        {
            error.ShouldNotBeEmpty();
        }
    });

    [Theory]
    [InlineData("", "invalid volume specification: ''")]
    [InlineData("/a:ro", "invalid volume specification: '/a:ro'")]
    [InlineData("/a:/b:ro:x", "invalid volume specification: '/a:/b:ro:x'")]
    [InlineData("/a:/b:ro,rw", "invalid mode: ro,rw")]
    [InlineData("/a:/b:rshared,rslave", "invalid mode: rshared,rslave")]
    [InlineData("/a:b", "invalid volume specification: '/a:b': invalid mount config for type \"bind\": invalid mount path: 'b' mount path must be absolute")]
    [InlineData("name:/b:rshared", "invalid volume specification: 'name:/b:rshared': invalid mount config for type \"volume\": field BindOptions must not be specified")]
    [InlineData("/a:/b:nocopy", "invalid volume specification: '/a:/b:nocopy': invalid mount config for type \"bind\": field VolumeOptions must not be specified")]
    [InlineData("/a:/b/../", "invalid volume specification: '/a:/b/../': invalid mount config for type \"bind\": invalid specification: destination can't be '/'")]
    [InlineData("/a:/x/../proc/sys", "invalid volume specification: '/a:/x/../proc/sys': invalid mount config for type \"bind\": \"/proc/sys\" cannot be mounted because it is inside /proc")]
    public void What_makes_no_sense_is_refused_in_dockers_words(string raw, string message)
    {
        BindSpec.TryParse(raw, "", out _, out _, out var error).ShouldBeFalse();
        error.ShouldBe(message);
    }

    [Theory]
    [InlineData("/proc/meminfo")]
    [InlineData("/procession")]
    [InlineData("/sys/fs/cgroup")]
    public void Beside_proc_everything_goes_and_in_it_what_lxcfs_needs(string target) => MountRules.TargetFault(target).ShouldBeNull();
}
