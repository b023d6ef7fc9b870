using CsCheck;
using Shiplog.Domain.Builds;

namespace Shiplog.Domain.Tests.Builds;

public sealed class ReadingADockerfile
{
    private static readonly Dictionary<string, string> Nothing = [];

    private static readonly Gen<string> Head = Any.Of("", "FROM a\n", "# escape=`\nARG A\nFROM $A\n");

    private static readonly Gen<string> Piece = Gen.OneOf(
        Any.Of(
            "FROM a\n", "FROM a AS b\n", "RUN ", "COPY ", "COPY --from=b ", "ADD ", "ENV A=", "ARG ", "ONBUILD ", "HEALTHCHECK --interval=", "LABEL ", "VOLUME [",
            "SHELL [\"a\"]\n",
            "<<EOF\n", "<<-'E F'\n", "EOF\n", "\nEOF\n", "\\\n", "`\n", "# escape=`\n", "# syntax=x\n", "#", "$",
            "${", "}", ":-", "##*", "/", "\"", "'", "[", "]", "--mount=type=", ",", "=",
            "\n", "\r\n", "\t", " ", "\uFEFF", "\ud83d", "\u00a0", "\0", "CMD "),
        Gen.String[Gen.Char["ab$\\\"'{}<>#[]=, \n\0é"], 0, 6]);

    [Fact]
    public void Any_text_is_read_or_refused_with_a_reason() => Gen.Select(Head, Piece.Array[0, 12].Select(string.Concat)).Sample((head, body) =>
    {
        if (!Dockerfile.TryParse(head + body, out var file, out var refusal))
        {
            refusal.Kind.ShouldBe(RefusalKind.Invalid);
            refusal.Message.ShouldNotBeNullOrWhiteSpace();
            return;
        }
        file.Stages.ShouldNotBeEmpty();
        foreach (var stage in file.Stages)
        {
            file.NeededFor(stage.Index, Nothing).ShouldContain(stage.Index);
            foreach (var copy in stage.Instructions.Where(i => i.Keyword is "COPY" or "ADD"))
            {
                if (!CopyArguments.TryParse(copy, _ => null, file.Escape, out _, out var why))
                    why.Message.ShouldNotBeNullOrWhiteSpace();
            }
            foreach (var trigger in stage.Instructions.Where(i => i.Keyword is "ONBUILD"))
                _ = Dockerfile.TryParseTrigger(trigger.Rest, out _, out _);
        }
    }, iter: 3_000);

    [Fact]
    public void Lines_are_joined_comments_dropped_and_the_original_kept()
    {
        var file = Parse(
            """
            # a comment
            ARG BASE=busybox

              from --platform=linux/amd64 $BASE as Build
            RUN echo a && \
              # in between
                echo b \
            # at the border

                && echo c
            cmd [ "sh",  "-c" ]
            """);
        file.MetaArgs.ShouldHaveSingleItem().Rest.ShouldBe("BASE=busybox");
        var stage = file.Stages.ShouldHaveSingleItem();
        (stage.Index, stage.Name, stage.Platform, stage.From).ShouldBe((0, "build", "linux/amd64", "$BASE"));
        stage.FromInstruction.Original.ShouldBe("from --platform=linux/amd64 $BASE as Build");
        stage.FromInstruction.Line.ShouldBe(4);
        var (run, cmd) = (stage.Instructions[0], stage.Instructions[1]);
        (run.Keyword, run.Rest, run.Line).ShouldBe(("RUN", "echo a &&     echo b     && echo c", 5));
        run.Original.ShouldBe("RUN echo a &&     echo b     && echo c");
        (cmd.Keyword, cmd.Rest, cmd.Original, cmd.Line).ShouldBe(("CMD", "[ \"sh\",  \"-c\" ]", "cmd [ \"sh\",  \"-c\" ]", 11));
        file.Warnings.ShouldBe(["Empty continuation line found in: RUN echo a &&     echo b     && echo c"]);
    }

    [Theory]
    [InlineData("RUN a\\\nb", "ab")]
    [InlineData("RUN a \\  \t\n  b", "a   b")]
    [InlineData("RUN a\\\\\nUSER b", "a\\\\")]
    [InlineData("RUN a\\\r\n b\r\n", "a b")]
    [InlineData("RUN a \\", "a")]
    [InlineData("RUN\\\n a", "a")]
    [InlineData("RUN a # no comment", "a # no comment")]
    [InlineData("RUN\ta\tb", "a\tb")]
    [InlineData("RUN -- --a", "--a")]
    [InlineData("RUN a --b", "a --b")]
    [InlineData("RUN [ \"a\" ] && b", "[ \"a\" ] && b")]
    [InlineData("RUN <<A cat", "<<A cat", "x\nA")]
    public void What_follows_the_keyword_is_one_text(string lines, string rest, string more = "") =>
        Parse($"FROM a\n{lines}\n{more}").Stages[0].Instructions[0].Rest.ShouldBe(rest);

    [Fact]
    public void Flags_are_words_of_their_own()
    {
        var copy = Parse("FROM a\nCOPY --from=b --chown=\"1:2\" --link --parents=FALSE --exclude=*.o --exclude='a b' x y").Stages[0].Instructions[0];
        copy.Flags.ShouldBe(
            [new("from", "b"), new("chown", "1:2"), new("link", null), new("parents", "FALSE"), new("exclude", "*.o"), new("exclude", "a b")]);
        copy.Rest.ShouldBe("x y");
        copy.Flag("chown").ShouldBe("1:2");
        copy.Has("link").ShouldBeTrue();
        copy.Has("parents").ShouldBeFalse();
        copy.Has("unpack").ShouldBeFalse();
        copy.AllOf("exclude").ShouldBe(["*.o", "a b"]);
    }

    [Fact]
    public void A_files_directives_say_how_it_is_read()
    {
        var file = Parse("\uFEFF# Syntax = docker/dockerfile:1 \n#escape=`\n# check=skip=all\nFROM a\nRUN a `\n b\\\nUSER c:\\\n");
        file.Escape.ShouldBe('`');
        file.Syntax.ShouldBe("docker/dockerfile:1");
        file.Warnings.ShouldBe(["the checks that \"# check=skip=all\" asks for are not made"]);
        file.Stages[0].Instructions.Select(i => i.Rest).ShouldBe(["a  b\\", "c:\\"]);
    }

    [Theory]
    [InlineData("\n# escape=`\nFROM a\n")]
    [InlineData("# a comment\n# escape=`\nFROM a\n")]
    [InlineData("# other=x\n# escape=`\nFROM a\n")]
    [InlineData("FROM a\n# escape=`\n")]
    public void A_directive_after_anything_else_is_a_comment(string text) => Parse(text).Escape.ShouldBe('\\');

    [Fact]
    public void Here_documents_belong_to_the_line_that_announces_them()
    {
        var stage = Parse(
            "FROM a\nRUN <<EOF\necho $x\n# no comment\nEOF\n" +
            "COPY <<a <<-\"b\" 3<<'c d' /x/\nin a\na\n\t\tin b\n\tb\nin c\nc d\nRUN cat < <(x) <<<y\nRUN [\"<<EOF\"]\n").Stages[0];
        stage.Instructions.Length.ShouldBe(4);
        stage.Instructions[0].Heredocs.ShouldBe([new("EOF", "echo $x\n# no comment\n", true, false, null)]);
        stage.Instructions[1].Heredocs.ShouldBe(
            [new("a", "in a\n", true, false, null), new("b", "in b\n", false, true, null), new("c d", "in c\n", false, false, 3)]);
        stage.Instructions[1].Original.ShouldBe("COPY <<a <<-\"b\" 3<<'c d' /x/");
        stage.Instructions[2].Heredocs.ShouldBeEmpty();
        stage.Instructions[3].Heredocs.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("RUN cat << EOF", true)]
    [InlineData("RUN cat <<EOF && echo \"a b\"", true)]
    [InlineData("ADD <<EOF /x", true)]
    [InlineData("ONBUILD RUN <<EOF", true)]
    [InlineData("RUN cat <<EOF && echo it's", false)]
    [InlineData("RUN echo \"<<EOF\"", false)]
    [InlineData("RUN echo \\<<EOF", false)]
    [InlineData("RUN cat <<- EOF", false)]
    [InlineData("CMD cat <<EOF", false)]
    [InlineData("LABEL a=<<EOF", false)]
    public void A_word_that_begins_with_two_signs_announces_one(string line, bool announces) =>
        Dockerfile.TryParse($"FROM a\n{line}\nnothing known\nEOF\n", out _, out _).ShouldBe(announces);

    [Fact]
    public void A_trigger_carries_its_here_documents_and_is_read_back()
    {
        var trigger = Parse("FROM a\nONBUILD  RUN <<-EOF sh\n\techo a\n\tEOF\n").Stages[0].Instructions[0];
        trigger.Rest.ShouldBe("RUN <<-EOF sh\n\techo a\nEOF");
        trigger.Change.ShouldBe("ONBUILD RUN <<-EOF sh\n\techo a\nEOF");
        Dockerfile.TryParseTrigger(trigger.Rest, out var run, out var refusal).ShouldBeTrue(refusal?.Message);
        (run.Keyword, run.Rest).ShouldBe(("RUN", "<<-EOF sh"));
        run.Heredocs.ShouldBe([new("EOF", "echo a\n", true, true, null)]);
    }

    [Theory]
    [InlineData("RUN a\nRUN b", "onbuild trigger should be a single expression")]
    [InlineData("", "onbuild trigger should be a single expression")]
    [InlineData("FROM a", "FROM isn't allowed as an ONBUILD trigger")]
    [InlineData("ONBUILD RUN a", "Chaining ONBUILD via `ONBUILD ONBUILD` isn't allowed")]
    [InlineData("FOO a", "unknown instruction: FOO (did you mean FROM?)")]
    [InlineData("COPY a", "COPY requires at least two arguments, but only one was provided. Destination could not be determined")]
    public void A_trigger_that_no_build_could_run_is_refused(string text, string message)
    {
        Dockerfile.TryParseTrigger(text, out _, out var refusal).ShouldBeFalse();
        refusal.ShouldBe(new Refusal(RefusalKind.Invalid, message));
    }

    private static Dockerfile Parse(string text)
    {
        Dockerfile.TryParse(text, out var file, out var refusal).ShouldBeTrue(refusal?.Message);
        return file;
    }
}
