using CsCheck;
using Shiplog.Domain.Builds;

namespace Shiplog.Domain.Tests.Builds;

public sealed class ReadingADockerfile
{
    private static readonly Gen<string> Piece = Gen.OneOf(
        Any.Of(
            "FROM a\n", "FROM a AS b\n", "RUN ", "COPY ", "ADD --from=", "ENV A=", "ARG ", "ONBUILD ", "HEALTHCHECK --interval=", "LABEL ", "VOLUME [", "SHELL [\"a\"]\n",
            "<<EOF\n", "<<-'E F'\n", "EOF\n", "\nEOF\n", "\\\n", "`\n", "# escape=`\n", "# syntax=x\n", "#", "$", "${", "}", ":-", "##*", "/", "\"", "'", "[", "]", "--mount=type=", ",", "=",
            "\n", "\r\n", "\t", " ", "\uFEFF", "\ud83d", "\u00a0", "\0", "CMD "),
        Gen.String[Gen.Char["ab$\\\"'{}<>#[]=, \n\0é"], 0, 6]);

    [Fact]
    public void Any_text_is_read_or_refused_with_a_reason() => Piece.Array[0, 30].Select(string.Concat).Sample(text =>
    {
        if (!Dockerfile.TryParse(text, out var file, out var refusal))
        {
            refusal.Kind.ShouldBe(RefusalKind.Invalid);
            refusal.Message.ShouldNotBeNullOrWhiteSpace();
            return;
        }
        file.Stages.ShouldNotBeEmpty();
        var nothing = new Dictionary<string, string>();
        foreach (var stage in file.Stages)
        {
            file.NeededFor(stage.Index, nothing).ShouldContain(stage.Index);
            foreach (var copy in stage.Instructions.Where(i => i.Keyword is "COPY" or "ADD"))
            {
                if (!CopyArguments.TryParse(copy, _ => null, file.Escape, out _, out var why))
                    why.Message.ShouldNotBeNullOrWhiteSpace();
            }
        }
    }, iter: 20_000);
}
