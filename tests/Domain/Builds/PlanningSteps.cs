using Shiplog.Contracts.Orders;
using Shiplog.Domain.Builds;
using Shiplog.Domain.Images;

namespace Shiplog.Domain.Tests.Builds;

/// <summary>What an instruction makes of a stage, and what its result depends on.</summary>
public sealed class PlanningSteps
{
    private static readonly Dictionary<string, string> Nothing = [];

    private static readonly StageState Base = On("""{"architecture":"amd64","os":"linux","config":{"Env":["PATH=/bin"],"Cmd":["sh"]},"rootfs":{"type":"layers","diff_ids":[]}}""");

    [Theory]
    [InlineData("RUN make", "/bin/sh -c make")]
    [InlineData("RUN [\"make\", \"all\"]", "make all")]
    [InlineData("ENV a=$PATH b='two words'", "/bin/sh -c #(nop)  ENV a=/bin b=two words")]
    [InlineData("ENV old form of it", "/bin/sh -c #(nop)  ENV old=form of it")]
    [InlineData("LABEL a=1 b=2", "/bin/sh -c #(nop)  LABEL a=1 b=2")]
    [InlineData("CMD [\"x\", \"y\"]", "/bin/sh -c #(nop)  CMD [\"x\" \"y\"]")]
    [InlineData("CMD x y", "/bin/sh -c #(nop)  CMD [\"/bin/sh\" \"-c\" \"x y\"]")]
    [InlineData("ENTRYPOINT [\"x\"]", "/bin/sh -c #(nop)  ENTRYPOINT [\"x\"]")]
    [InlineData("WORKDIR app", "/bin/sh -c #(nop) WORKDIR /app")]
    [InlineData("EXPOSE 90 80/udp", "/bin/sh -c #(nop)  EXPOSE 80/udp 90")]
    [InlineData("VOLUME /data /more", "/bin/sh -c #(nop)  VOLUME [/data /more]")]
    [InlineData("SHELL [\"/bin/ash\", \"-ec\"]", "/bin/sh -c #(nop)  SHELL [/bin/ash -ec]")]
    [InlineData("USER ann", "/bin/sh -c #(nop)  USER ann")]
    [InlineData("MAINTAINER Ann <a@b>", "/bin/sh -c #(nop)  MAINTAINER Ann <a@b>")]
    public void The_history_says_what_was_done_as_docker_says_it(string line, string history) => Plan(line).History.ShouldBe(history);

    [Fact]
    public void The_history_of_a_copy_names_its_files_by_their_digest() =>
        Plan("COPY f dir/").With(new BuildSourceDigest("sha256:" + new string('a', 64), "file")).History
            .ShouldBe($"/bin/sh -c #(nop) COPY file:{new string('a', 64)} in /dir/ ");

    [Fact]
    public void What_a_run_sees_of_the_arguments_is_in_its_history_but_for_proxies()
    {
        var given = new Dictionary<string, string> { ["who"] = "ann", ["HTTP_PROXY"] = "http://secret@proxy" };
        var plan = Plan("RUN make", Plan("ARG who", Base, given).After, given);

        plan.History.ShouldBe("|1 who=ann /bin/sh -c make");
        plan.Run!.Environment.Select(e => e.Variable).ShouldBe(["who=ann", "HTTP_PROXY=http://secret@proxy"], ignoreOrder: true);
    }

    [Fact]
    public void An_argument_has_the_given_value_its_own_default_or_that_from_above_and_an_environment_hides_it()
    {
        var given = new Dictionary<string, string> { ["a"] = "given" };
        var global = new Dictionary<string, string> { ["a"] = "above", ["b"] = "above", ["c"] = "above" };
        var state = Base;
        foreach (var line in (string[])["ARG a=own", "ARG b", "ARG c=own", "ARG d", "ENV b=env"])
            state = Plan(line, state, given, global).After;

        (state.Variables("a"), state.Variables("b"), state.Variables("c"), state.Variables("d")).ShouldBe(("given", "env", "own", null));
        state.ArgsOfRun.Select(a => a.Key).ShouldBe(["a", "c"]);
    }

    [Fact]
    public void An_entrypoint_takes_the_inherited_command_away_and_not_the_stages_own()
    {
        Plan("ENTRYPOINT [\"x\"]").After.Config.Cmd.ShouldBeEmpty();
        Plan("ENTRYPOINT [\"x\"]", Plan("CMD [\"y\"]").After).After.Config.Cmd.ShouldBe(["y"]);
    }

    [Fact]
    public void The_key_is_the_same_for_the_same_and_another_for_anything_else()
    {
        string[] keys =
        [
            Key("RUN make"), Key("RUN make all"), Key("RUN --network=none make"), Key("RUN --mount=type=tmpfs,target=/x make"), Key("ENV a=b"), Key("LABEL a=b"),
            Key("RUN make", Base with { ImageId = "sha256:other" }), Key("RUN make", Plan("ENV a=b").After), Key("RUN make", Plan("USER 5").After),
            Key("COPY f /", sources: "sha256:1"), Key("COPY f /", sources: "sha256:2"), Key("ADD f /", sources: "sha256:1"), Key("COPY f /x", sources: "sha256:1"),
            Key("COPY --chown=1:1 f /", sources: "sha256:1"), Key("COPY --chmod=600 f /", sources: "sha256:1"), Key("COPY --from=x f /", sources: "sha256:1", from: "sha256:i"),
        ];
        keys.ShouldBeUnique();
        Key("RUN make").ShouldBe(keys[0]);
        Key("RUN make", given: new() { ["HTTP_PROXY"] = "http://one" }).ShouldBe(Key("RUN make", given: new() { ["HTTP_PROXY"] = "http://two" }));
    }

    [Theory]
    [InlineData("RUN --mount=type=secret,id=x make", "no client of the classic builder can hand one over")]
    [InlineData("RUN --mount=type=bind,target=/x make", "copy the files in with COPY")]
    [InlineData("COPY --chmod=u+x f /", "it should be octal string and between 0 and 07777")]
    [InlineData("SHELL sh", "SHELL requires the arguments to be in JSON form")]
    public void What_cannot_be_done_is_refused_in_words(string line, string words)
    {
        if (!Dockerfile.TryParse("FROM x\n" + line + "\n", out var file, out var refusal))
        {
            refusal.Message.ShouldContain(words);
            return;
        }
        StepPlan.TryMake(file.Stages[0].Instructions[0], Base, Nothing, Nothing, '\\', out _, out refusal).ShouldBeFalse();
        refusal.ShouldNotBeNull().Message.ShouldContain(words);
    }

    [Fact]
    public void Labels_from_outside_are_taken_as_they_are()
    {
        var labels = new Dictionary<string, string> { ["a"] = "$PATH \"quoted\" \\ and more", ["b"] = "" };
        var state = LabelInstruction.Of(labels, '\\', 1).Aggregate(Base, (s, i) => Made(i, s, Nothing, Nothing).After);
        state.Config.Labels.ShouldBe(labels, ignoreOrder: true);
    }

    private static StageState On(string config) => ImageConfig.TryParse(config, out var image) ? new StageState("sha256:base", image) : throw new InvalidOperationException("no config");

    private static string Key(string line, StageState? state = null, string? sources = null, string? from = null, Dictionary<string, string>? given = null)
    {
        var plan = Plan(line, state, given);
        return (sources is null ? plan : plan.With(new BuildSourceDigest(sources, "file"))).Key(from, sources);
    }

    private static StepPlan Plan(string line, StageState? state = null, Dictionary<string, string>? given = null, Dictionary<string, string>? global = null) =>
        Dockerfile.TryParse("FROM x\n" + line + "\n", out var file, out var refusal)
            ? Made(file.Stages[0].Instructions[0], state ?? Base, given ?? Nothing, global ?? Nothing)
            : throw new ShouldAssertException(refusal.Message);

    private static StepPlan Made(Instruction i, StageState state, Dictionary<string, string> given, Dictionary<string, string> global) =>
        StepPlan.TryMake(i, state, given, global, '\\', out var plan, out var refusal) ? plan : throw new ShouldAssertException(refusal.Message);
}
