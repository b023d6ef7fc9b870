using Shiplog.Domain.Containers;
using Shiplog.Domain.Images;

namespace Shiplog.Domain.Tests.Images;

public sealed class ChangesOfACommit
{
    private static readonly ContainerConfig Config = Given.Open with { Env = ["HOME=/root", "A=1"], WorkingDir = "/srv", Cmd = ["sh"] };

    [Fact]
    public void A_program_is_json_or_a_shells_line()
    {
        Apply("CMD [\"a\", \"b\"]").Cmd.ShouldBe(["a", "b"]);
        Apply("cmd echo  $HOME").Cmd.ShouldBe(["/bin/sh", "-c", "echo  $HOME"]);
        Apply("CMD [\"a\", b]").Cmd.ShouldBe(["/bin/sh", "-c", "[\"a\", b]"]);
        var entrypoint = Apply("ENTRYPOINT [\"/init\"]");
        entrypoint.Entrypoint.ShouldBe(["/init"]);
        entrypoint.Cmd.ShouldBeEmpty();
    }

    [Fact]
    public void Variables_are_set_in_both_forms_and_expanded_from_what_was_before()
    {
        Apply("ENV A=2 B=$A C=\"x y\" D=x\\ y E='$A'").Env.ShouldBe(["HOME=/root", "A=2", "B=1", "C=x y", "D=x y", "E=$A"]);
        Apply("ENV NOTE some words").Env.ShouldContain("NOTE=some words");
        Apply("ENV P=${A:-x} Q=${NONE:-x} R=${A:+y}").Env.ShouldBe(["HOME=/root", "A=1", "P=1", "Q=x", "R=y"]);
    }

    [Fact]
    public void Labels_ports_volumes_user_folder_and_signal_are_set()
    {
        Apply("LABEL a=b \"c d\"=e").Labels.ShouldBe(new Dictionary<string, string> { ["a"] = "b", ["c d"] = "e" });
        Apply("EXPOSE 80 53/udp 7000-7002").ExposedPorts.ShouldBe(["80/tcp", "53/udp", "7000/tcp", "7001/tcp", "7002/tcp"]);
        Apply("VOLUME [\"/a\", \"/b\"]").Volumes.ShouldBe(["/a", "/b"]);
        Apply("VOLUME /a /b").Volumes.ShouldBe(["/a", "/b"]);
        Apply("USER nobody").User.ShouldBe("nobody");
        Apply("WORKDIR ../etc/./x").WorkingDir.ShouldBe("/etc/x");
        Apply("WORKDIR $HOME/y").WorkingDir.ShouldBe("/root/y");
        Apply("STOPSIGNAL SIGQUIT").StopSignal.ShouldBe("SIGQUIT");
    }

    [Fact]
    public void A_check_is_a_program_or_a_shells_line_with_its_times()
    {
        Same(Apply("HEALTHCHECK CMD [\"ok\", \"-v\"]"), new Healthcheck(["CMD", "ok", "-v"], 0, 0, 0, 0, 0));
        Same(Apply("healthcheck --interval=1m30s --timeout=1.5s --start-period=0 --retries=4 --start-interval=10ms cmd ok  $HOME || exit 1"),
            new Healthcheck(["CMD-SHELL", "ok  $HOME || exit 1"], 90_000_000_000, 1_500_000_000, 0, 10_000_000, 4));
        Same(Apply("HEALTHCHECK none"), new Healthcheck(["NONE"], 0, 0, 0, 0, 0));

        static void Same(ContainerConfig has, Healthcheck wanted) => has.Healthcheck.ShouldBeEquivalentTo(wanted);
    }

    [Fact]
    public void Triggers_are_kept_as_they_are_written() =>
        Apply("ONBUILD RUN echo  $HOME").OnBuild.ShouldBe(["RUN echo  $HOME"]);

    [Theory]
    [InlineData("ENV A", RefusalKind.Invalid)]
    [InlineData("ENV", RefusalKind.Invalid)]
    [InlineData("EXPOSE 99999", RefusalKind.Invalid)]
    [InlineData("EXPOSE 9-8", RefusalKind.Invalid)]
    [InlineData("STOPSIGNAL NOPE", RefusalKind.Invalid)]
    [InlineData("RUN true", RefusalKind.Invalid)]
    [InlineData("", RefusalKind.Invalid)]
    [InlineData("HEALTHCHECK", RefusalKind.Invalid)]
    [InlineData("HEALTHCHECK NONE true", RefusalKind.Invalid)]
    [InlineData("HEALTHCHECK CMD", RefusalKind.Invalid)]
    [InlineData("HEALTHCHECK CMD []", RefusalKind.Invalid)]
    [InlineData("HEALTHCHECK TEST true", RefusalKind.Invalid)]
    [InlineData("HEALTHCHECK --often CMD true", RefusalKind.Invalid)]
    [InlineData("HEALTHCHECK --interval=5 CMD true", RefusalKind.Invalid)]
    [InlineData("HEALTHCHECK --interval=-5s CMD true", RefusalKind.Invalid)]
    [InlineData("HEALTHCHECK --timeout=500us CMD true", RefusalKind.Invalid)]
    [InlineData("HEALTHCHECK --start-period=999999999999h CMD true", RefusalKind.Invalid)]
    [InlineData("HEALTHCHECK --retries=-1 CMD true", RefusalKind.Invalid)]
    [InlineData("ONBUILD", RefusalKind.Invalid)]
    [InlineData("ONBUILD ONBUILD RUN true", RefusalKind.Invalid)]
    [InlineData("ONBUILD from busybox", RefusalKind.Invalid)]
    public void What_cannot_be_applied_is_refused_and_changes_nothing(string instruction, RefusalKind kind)
    {
        ContainerChange.TryApply(instruction, Config, out var changed, out var refusal).ShouldBeFalse();
        refusal!.Kind.ShouldBe(kind);
        changed.ShouldBeSameAs(Config);
    }

    private static ContainerConfig Apply(string instruction)
    {
        ContainerChange.TryApply(instruction, Config, out var changed, out var refusal).ShouldBeTrue(refusal?.Message);
        return changed;
    }
}
