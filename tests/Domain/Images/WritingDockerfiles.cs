using CsCheck;
using Shiplog.Domain.Containers;
using Shiplog.Domain.Images;

namespace Shiplog.Domain.Tests.Images;

public sealed class WritingDockerfiles
{
    private static readonly ContainerConfig From = ImageConfig.Nothing with
    {
        Env = ["PATH=/bin", "A=1"],
        Cmd = ["sh"],
        WorkingDir = "/srv",
        Labels = new() { ["team"] = "blue" },
        ExposedPorts = ["80/tcp"],
    };

    [Fact]
    public void Only_what_differs_is_written()
    {
        ConfigInstructions.Between(From, From).ShouldBeEmpty();
        ConfigInstructions.Between(From, From with
        {
            Env = ["PATH=/bin", "A=2", "B=two words"],
            Cmd = ["/bin/httpd", "-f"],
            User = "nobody",
            ExposedPorts = ["80/tcp", "53/udp"],
            Volumes = ["/data"],
            Labels = new() { ["team"] = "blue", ["a b"] = "$x" },
            StopSignal = "SIGQUIT",
            WorkingDir = "/",
            Healthcheck = new Healthcheck(["CMD-SHELL", "wget -q localhost || exit 1"], 90_000_000_000, 1_500_000_000, 0, 0, 4),
            OnBuild = ["RUN make"],
        }).ShouldBe(
        [
            "ENV A=2", "ENV B=\"two words\"", "LABEL \"a b\"=\"\\$x\"", "EXPOSE 53/udp", "VOLUME [\"/data\"]", "WORKDIR /", "USER nobody", "STOPSIGNAL SIGQUIT",
            "HEALTHCHECK --interval=90s --timeout=1500ms --retries=4 CMD wget -q localhost || exit 1", "CMD [\"/bin/httpd\",\"-f\"]", "ONBUILD RUN make",
        ]);
    }

    [Fact]
    public void What_no_instruction_can_say_is_a_comment() => ConfigInstructions.Between(From with { Healthcheck = new Healthcheck(["NONE"], 0, 0, 0, 0, 0) }, ImageConfig.Nothing with
    {
        Env = ["PATH=/bin", "A=two\nlines"],
        Cmd = ["sh"],
    }).ShouldBe(
    [
        "# holds a line break, which an instruction cannot: [\"ENV A=\\\"two\\nlines\\\"\"]", "# without LABEL team", "# without EXPOSE 80/tcp", "# without WORKDIR",
        "# without HEALTHCHECK",
    ]);

    [Fact]
    public void A_new_entrypoint_takes_the_command_away_so_it_is_said_again() =>
        ConfigInstructions.Between(From, From with { Entrypoint = ["/init"] }).ShouldBe(["ENTRYPOINT [\"/init\"]", "CMD [\"sh\"]"]);

    private static readonly Gen<string> Text = Gen.Char[' ', '~'].Array[0, 8].Select(c => new string(c));
    private static readonly Gen<string> Word = Gen.Char.AlphaNumeric.Array[1, 4].Select(c => new string(c));

    // What `from` has, `to` has too, perhaps with another value: no instruction takes anything away.
    private static readonly Gen<(ContainerConfig From, ContainerConfig To)> Growth =
        from names in Word.Array[0, 4]
        from before in Text.Array[4]
        from after in Text.Array[4]
        from more in Gen.Select(Word, Text).Array[0, 3]
        from cmd in Text.Array[0, 3]
        from entrypoint in Text.Array[0, 2]
        from folder in Word
        from user in Word
        from shell in Word
        from interval in Gen.Long[1, 100_000]
        let env = names.Distinct().ToArray()
        let older = Given.Open with
        {
            Env = [.. env.Select((n, i) => $"{n}={before[i]}")],
            Labels = env.Select((n, i) => (n, before[i])).ToDictionary(),
            Cmd = ["sh"],
        }
        let extra = more.DistinctBy(m => m.Item1).Where(m => !env.Contains(m.Item1)).ToArray()
        select (older, older with
        {
            Env = [.. env.Select((n, i) => $"{n}={after[i]}"), .. extra.Select(m => $"{m.Item1}={m.Item2}")],
            Labels = env.Select((n, i) => (n, after[i])).Concat(extra).ToDictionary(),
            Cmd = cmd,
            Entrypoint = entrypoint,
            WorkingDir = "/" + folder,
            User = user,
            ExposedPorts = ["80/tcp"],
            Volumes = [.. cmd.Distinct()],
            StopSignal = "SIGQUIT",
            Healthcheck = new Healthcheck(["CMD-SHELL", shell], interval * 1_000_000, 0, 1_500_000_001, 0, 3),
            OnBuild = ["RUN " + shell],
        });

    [Fact]
    public void What_is_written_gives_the_same_configuration_when_it_is_read() => Growth.Sample(pair =>
    {
        var config = pair.From;
        foreach (var line in ConfigInstructions.Between(pair.From, pair.To))
        {
            ContainerChange.TryApply(line, config, out config, out var refusal).ShouldBeTrue($"{line}: {refusal?.Message}");
        }
        (config with { Entrypoint = config.Entrypoint ?? [] }).ShouldBeEquivalentTo(pair.To);
    });

    [Fact]
    public void A_line_of_commits_is_one_file()
    {
        Layer L(char c) => new("sha256:" + c, "f", "c", "t", 1, 1, false);
        var below = new Image { Id = "sha256:1", ConfigJson = """{"config":{"Cmd":["sh"]}}""", Layers = [L('a')] };
        var image = new Image
        {
            Id = "sha256:2",
            ConfigJson = """{"config":{"Cmd":["/bin/httpd"]},"history":[{"created_by":"sh"},{"created_by":"sh -c\nexit"}]}""",
            Layers = [L('a'), L('b')],
            Author = "caidaye",
            RecordedAt = new DateTimeOffset(2026, 11, 17, 14, 3, 0, TimeSpan.Zero),
        };

        EffectiveDockerfile.Write(below, "docker.io/library/busybox@sha256:0", [new CommitStep(image, "cce", "web:1", "unix:root")]).ShouldBe(
            """
            FROM docker.io/library/busybox@sha256:0

            # web:1: committed 2026-11-17 14:03:00Z by unix:root from cce, which ran: sh -c exit, author caidaye
            ADD sha256-b.tar.gz /
            CMD ["/bin/httpd"]

            """.ReplaceLineEndings("\n"));
    }
}
