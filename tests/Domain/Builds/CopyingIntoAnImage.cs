using Shiplog.Domain.Builds;
using Shiplog.Domain.Images;

namespace Shiplog.Domain.Tests.Builds;

public sealed class CopyingIntoAnImage
{
    private static readonly Func<string, string?> Known = Words.Variables(["DIR=/srv", "S=a b"]);

    [Theory]
    [InlineData("COPY a b c/", "a|b", "c/")]
    [InlineData("COPY $DIR/*.go ${DIR}/src", "/srv/*.go", "/srv/src")]
    [InlineData("COPY $S .", "a b", ".")]
    [InlineData("COPY [\"a b\", \"$DIR\"]", "a b", "/srv")]
    [InlineData("COPY a\\ b", "a", "b")]
    [InlineData("ADD http://x/y.tar /", "http://x/y.tar", "/")]
    public void Sources_and_destination_are_expanded(string line, string sources, string destination)
    {
        Dockerfile.TryParse($"FROM a\n{line}", out var file, out _).ShouldBeTrue();
        CopyArguments.TryParse(file.Stages[0].Instructions[0], Known, '\\', out var read, out var refusal).ShouldBeTrue(refusal?.Message);
        (string.Join('|', read.Sources), read.Destination).ShouldBe((sources, destination));
    }

    [Fact]
    public void Here_documents_are_files_of_their_names()
    {
        Dockerfile.TryParse("FROM a\nCOPY <<one x <<-\"two\" /d/\nit's $DIR \\$x\none\n\t$DIR\n\ttwo\n", out var file, out var refusal).ShouldBeTrue(refusal?.Message);
        CopyArguments.TryParse(file.Stages[0].Instructions[0], Known, '\\', out var read, out refusal).ShouldBeTrue(refusal?.Message);
        read.Sources.ShouldBe(["x"]);
        read.Destination.ShouldBe("/d/");
        read.Files.Select(f => (f.Name, f.Content)).ShouldBe([("one", "it's /srv $x\n"), ("two", "$DIR\n")]);
    }

    [Theory]
    [InlineData("COPY ${x b", "dockerfile parse error on line 2: failed to process \"${x\": syntax error: missing '}'")]
    [InlineData("COPY \"a b\" c", "dockerfile parse error on line 2: failed to process \"\\\"a\": unexpected end of statement while looking for matching double-quote")]
    [InlineData("COPY <<a b\n${x\na", "dockerfile parse error on line 2: failed to process \"${x\\n\": unsupported modifier (\n) in substitution")]
    [InlineData("COPY a ${NONE:?}", "dockerfile parse error on line 2: failed to process \"${NONE:?}\": NONE: is not allowed to be unset")]
    public void What_cannot_be_expanded_is_refused(string lines, string message)
    {
        Dockerfile.TryParse($"FROM a\n{lines}", out var file, out var wrong).ShouldBeTrue(wrong?.Message);
        CopyArguments.TryParse(file.Stages[0].Instructions[0], Known, '\\', out _, out var refusal).ShouldBeFalse();
        refusal.ShouldBe(new Refusal(RefusalKind.Invalid, message));
    }
}
