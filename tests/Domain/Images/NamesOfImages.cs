using CsCheck;
using Shiplog.Domain.Images;

namespace Shiplog.Domain.Tests.Images;

public sealed class NamesOfImages
{
    private static readonly string Digest = "sha256:" + new string('a', 64);

    [Theory]
    [InlineData("busybox", "docker.io/library/busybox:latest", "busybox:latest")]
    [InlineData("busybox:1.36", "docker.io/library/busybox:1.36", "busybox:1.36")]
    [InlineData("a/b", "docker.io/a/b:latest", "a/b:latest")]
    [InlineData("docker.io/busybox", "docker.io/library/busybox:latest", "busybox:latest")]
    [InlineData("index.docker.io/a/b:t", "docker.io/a/b:t", "a/b:t")]
    [InlineData("127.0.0.1:5000/busybox", "127.0.0.1:5000/busybox:latest", "127.0.0.1:5000/busybox:latest")]
    [InlineData("localhost/x", "localhost/x:latest", "localhost/x:latest")]
    [InlineData("[::1]:5000/x:t", "[::1]:5000/x:t", "[::1]:5000/x:t")]
    [InlineData("a--b/c__d.e-f:T.1_2-3", "docker.io/a--b/c__d.e-f:T.1_2-3", "a--b/c__d.e-f:T.1_2-3")]
    public void A_name_is_qualified_and_shown_as_people_know_it(string text, string full, string familiar)
    {
        var reference = ImageReference.Parse(text);
        reference.ToString().ShouldBe(full);
        reference.Familiar.ShouldBe(familiar);
    }

    [Fact]
    public void A_digest_takes_the_place_of_the_default_tag()
    {
        ImageReference.Parse("busybox@" + Digest).ToString().ShouldBe("docker.io/library/busybox@" + Digest);
        ImageReference.Parse("busybox:t@" + Digest).Tag.ShouldBe("t");
    }

    [Theory]
    [InlineData("")]
    [InlineData(":tag")]
    [InlineData("a:")]
    [InlineData("a/")]
    [InlineData("/a")]
    [InlineData("a//b")]
    [InlineData("a..b")]
    [InlineData("a___b")]
    [InlineData("-a")]
    [InlineData("a-")]
    [InlineData("a:b:c")]
    [InlineData("a@sha256:12")]
    [InlineData("a@md5:d41d8cd98f00b204e9800998ecf8427e")]
    [InlineData("https://a/b")]
    [InlineData("a b")]
    [InlineData("a\n")]
    [InlineData("bücher")]
    [InlineData("-host.example/a")]
    [InlineData("a:-tag")]
    public void What_the_grammar_does_not_know_is_refused(string text)
    {
        ImageReference.TryParse(text, out _, out var error).ShouldBeFalse();
        error.ShouldBe("invalid reference format");
    }

    [Fact]
    public void The_reason_is_told_where_there_is_one()
    {
        Error("Busybox").ShouldBe("invalid reference format: repository name (Busybox) must be lowercase");
        Error(new string('a', 64)).ShouldBe($"invalid repository name ({new string('a', 64)}), cannot specify 64-byte hexadecimal strings");
        Error(new string('a', 256)).ShouldBe("invalid reference format: repository name must not be more than 255 characters");
        Error("a:" + new string('t', 129)).ShouldBe("invalid reference format");
        ImageReference.Parse("a:" + new string('t', 128)).Tag!.Length.ShouldBe(128);
    }

    [Fact]
    public void What_is_written_out_reads_as_the_same()
    {
        var component = Gen.String[Gen.Char["abc019"], 1, 6];
        var separated = Gen.Select(component, Any.Of(".", "_", "__", "-", "---"), component, (a, s, b) => a + s + b);
        var path = Gen.OneOf(component, separated).Array[1, 3].Select(parts => string.Join('/', parts));
        var domain = Any.Of("", "docker.io/", "localhost/", "registry.example:5000/", "10.0.0.1/", "[fe80::1]/");
        var tag = Any.Of("", ":latest", ":V1.0-rc_1");
        var digest = Any.Of("", "@" + Digest);
        Gen.Select(domain, path, tag, digest, (d, p, t, g) => d + p + t + g).Sample(text =>
        {
            var once = ImageReference.Parse(text);
            return ImageReference.Parse(once.ToString()) == once && ImageReference.Parse(once.Familiar) == once;
        });
    }

    [Fact]
    public void No_text_makes_the_reader_throw() => Gen.String.Sample(text => ImageReference.TryParse(text, out _, out var error) == (error is null));

    private static string? Error(string text) => ImageReference.TryParse(text, out _, out var error) ? null : error;
}
