using Shiplog.Domain.Builds;

namespace Shiplog.Domain.Tests.Builds;

public sealed class RefusingADockerfile
{
    [Theory]
    [InlineData("", "the Dockerfile (Dockerfile) cannot be empty")]
    [InlineData("\n\n# nothing\n", "failed to parse Dockerfile: file with no instructions")]
    [InlineData("RUN true\nFROM a", "no build stage in current context")]
    [InlineData("ARG A\nENV B=C\nFROM a", "no build stage in current context")]
    [InlineData("ARG A", "dockerfile contains no stages to build")]
    [InlineData("# escape=x\nFROM a", "dockerfile parse error on line 1: invalid escape token 'x' does not match ` or \\")]
    [InlineData("# escape=`\n# escape=`\nFROM a", "dockerfile parse error on line 2: only one escape parser directive can be used")]
    [InlineData("FROM a\nRUN <<EOF\nEOF \n", "dockerfile parse error on line 2: unterminated heredoc")]
    [InlineData("FROM a\nFOO\nRUN <<EOF\n", "dockerfile parse error on line 3: unterminated heredoc")]
    public void A_file_as_a_whole(string text, string message) => Refused(text).ShouldBe(message);

    [Fact]
    public void A_name_of_its_own_is_told()
    {
        Dockerfile.TryParse("", out _, out var refusal, "build/Other").ShouldBeFalse();
        refusal!.Message.ShouldBe("the Dockerfile (build/Other) cannot be empty");
    }

    [Fact]
    public void A_line_longer_than_Docker_reads()
    {
        Refused($"FROM a\nRUN {new string('x', 65_531)}\n").ShouldBe("dockerfile parse error on line 2: dockerfile line greater than max allowed size of 65535");
        Dockerfile.TryParse($"FROM a\nRUN {new string('x', 65_530)}\n", out _, out _).ShouldBeTrue();
    }

    [Theory]
    [InlineData("FOOBAR x", "unknown instruction: FOOBAR")]
    [InlineData("foobar x", "unknown instruction: foobar")]
    [InlineData("frmo x", "unknown instruction: frmo (did you mean from?)")]
    [InlineData("WORKDR x", "unknown instruction: WORKDR (did you mean WORKDIR?)")]
    [InlineData("RUN", "RUN requires at least one argument")]
    [InlineData("RUN []", "RUN requires at least one argument")]
    [InlineData("RUN [\"a\", 1]", "when using JSON array syntax, arrays must be comprised of strings only")]
    [InlineData("RUN --foo a", "unknown flag: --foo")]
    [InlineData("RUN --mout=x a", "unknown flag: --mout (did you mean mount?)")]
    [InlineData("RUN --network=bridge a", "invalid network mode \"bridge\"")]
    [InlineData("RUN --network a", "missing a value on flag: --network")]
    [InlineData("RUN --network=none --network=none a", "duplicate flag specified: --network")]
    [InlineData("RUN --security=none a", "security \"none\" is not valid")]
    [InlineData("RUN --mount=type=tpfs,target=/x a", "unsupported mount type \"tpfs\" (did you mean tmpfs?)")]
    [InlineData("RUN --mount=from=$x,target=/x a", "'from' doesn't support variable expansion, define alias stage instead")]
    [InlineData("CMD [1]", "when using JSON array syntax, arrays must be comprised of strings only")]
    [InlineData("CMD --a b", "unknown flag: --a")]
    [InlineData("ENTRYPOINT [[]]", "when using JSON array syntax, arrays must be comprised of strings only")]
    [InlineData("ENV", "ENV requires at least one argument")]
    [InlineData("ENV A", "ENV must have two arguments")]
    [InlineData("ENV A=B C", "Syntax error - can't find = in \"C\". Must be of the form: name=value")]
    [InlineData("ENV =B", "ENV names can not be blank")]
    [InlineData("LABEL", "LABEL requires at least one argument")]
    [InlineData("LABEL a", "LABEL must have two arguments")]
    [InlineData("LABEL a=b \"c d\"", "Syntax error - can't find = in \"\\\"c d\\\"\". Must be of the form: name=value")]
    [InlineData("ARG", "ARG requires at least one argument")]
    [InlineData("ARG =x", "ARG names can not be blank")]
    [InlineData("MAINTAINER", "MAINTAINER requires exactly one argument")]
    [InlineData("MAINTAINER --boo joe@example.com", "unknown flag: --boo")]
    [InlineData("WORKDIR", "WORKDIR requires exactly one argument")]
    [InlineData("USER", "USER requires exactly one argument")]
    [InlineData("STOPSIGNAL", "STOPSIGNAL requires exactly one argument")]
    [InlineData("EXPOSE", "EXPOSE requires at least one argument")]
    [InlineData("VOLUME", "VOLUME requires at least one argument")]
    [InlineData("VOLUME []", "VOLUME requires at least one argument")]
    [InlineData("VOLUME [\" \"]", "VOLUME specified can not be an empty string")]
    [InlineData("SHELL sh -c", "SHELL requires the arguments to be in JSON form")]
    [InlineData("SHELL []", "SHELL requires at least one argument")]
    [InlineData("SHELL", "SHELL requires at least one argument")]
    [InlineData("COPY a", "COPY requires at least two arguments, but only one was provided. Destination could not be determined")]
    [InlineData("COPY", "COPY requires at least two arguments, but only one was provided. Destination could not be determined")]
    [InlineData("COPY [\"a\"]", "COPY requires at least two arguments, but only one was provided. Destination could not be determined")]
    [InlineData("COPY [\"a\", 1]", "when using JSON array syntax, arrays must be comprised of strings only")]
    [InlineData("COPY --unpack a b", "unknown flag: --unpack")]
    [InlineData("COPY --link=maybe a b", "expecting boolean value for flag --link, not: maybe")]
    [InlineData("COPY --link= a b", "missing a value on flag: --link")]
    [InlineData("COPY --from a b", "missing a value on flag: --from")]
    [InlineData("COPY --from=$x a b", "variable expansion is not supported for --from, define a new stage with FROM using ARG from global scope as a workaround")]
    [InlineData("COPY --from=1 a b", "invalid stage index 1")]
    [InlineData("COPY --from=0 a b", "cannot copy from stage \"0\", it needs to be defined before current stage \"one\"")]
    [InlineData("COPY --from=ONE a b", "cannot copy from stage \"ONE\", it needs to be defined before current stage \"one\"")]
    [InlineData("COPY a <<EOF\nEOF", "COPY cannot accept a heredoc as a destination")]
    [InlineData("ADD a", "ADD requires at least two arguments, but only one was provided. Destination could not be determined")]
    [InlineData("ADD --from=x a b", "unknown flag: --from")]
    [InlineData("ADD --checksum=a --checksum=b a b", "duplicate flag specified: --checksum")]
    [InlineData("ONBUILD", "ONBUILD requires at least one argument")]
    [InlineData("ONBUILD ONBUILD RUN a", "Chaining ONBUILD via `ONBUILD ONBUILD` isn't allowed")]
    [InlineData("ONBUILD from a", "FROM isn't allowed as an ONBUILD trigger")]
    [InlineData("ONBUILD MAINTAINER a", "MAINTAINER isn't allowed as an ONBUILD trigger")]
    [InlineData("ONBUILD ENV A", "ENV must have two arguments")]
    [InlineData("ONBUILD --a RUN b", "unknown flag: --a")]
    [InlineData("HEALTHCHECK", "HEALTHCHECK requires at least one argument")]
    [InlineData("HEALTHCHECK NONE a", "HEALTHCHECK NONE takes no arguments")]
    [InlineData("HEALTHCHECK CMD", "Missing command after HEALTHCHECK CMD")]
    [InlineData("HEALTHCHECK CMD []", "Missing command after HEALTHCHECK CMD")]
    [InlineData("HEALTHCHECK test a", "Unknown type \"TEST\" in HEALTHCHECK (try CMD)")]
    [InlineData("HEALTHCHECK --retry=1 CMD a", "unknown flag: --retry")]
    [InlineData("HEALTHCHECK --interval=1 CMD a", "time: invalid duration \"1\"")]
    [InlineData("HEALTHCHECK --interval=1us CMD a", "Interval \"interval\" cannot be less than 1ms")]
    [InlineData("HEALTHCHECK --retries=-1 CMD a", "--retries cannot be negative (-1)")]
    [InlineData("HEALTHCHECK --retries=1 --retries=2 CMD a", "duplicate flag specified: --retries")]
    [InlineData("FROM", "FROM requires either one or three arguments")]
    [InlineData("FROM a b", "FROM requires either one or three arguments")]
    [InlineData("FROM a IS b", "FROM requires either one or three arguments")]
    [InlineData("FROM a AS 0x", "invalid name for build stage: \"0x\", name can't start with a number or contain symbols")]
    [InlineData("FROM a AS A/b", "invalid name for build stage: \"A/b\", name can't start with a number or contain symbols")]
    [InlineData("FROM --os=x a", "unknown flag: --os")]
    public void An_instruction_with_its_line(string instruction, string message) =>
        Refused($"FROM busybox AS one\n\n{instruction}\n").ShouldBe($"dockerfile parse error on line 3: {message}");

    private static string Refused(string text)
    {
        Dockerfile.TryParse(text, out var file, out var refusal).ShouldBeFalse();
        file.ShouldBeNull();
        refusal.Kind.ShouldBe(RefusalKind.Invalid);
        return refusal.Message;
    }
}
