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

    [Fact]
    public void In_a_build_arguments_are_variables_that_the_environment_hides()
    {
        var args = new Dictionary<string, string> { ["A"] = "hidden", ["B"] = "b c" };
        Build("ENV C=$A-$B", args: args).Env.ShouldContain("C=1-b c");
        Build("EXPOSE $P", args: new() { ["P"] = "80 81/UDP" }).ExposedPorts.ShouldBe(["80/tcp", "81/udp"]);
        Build("WORKDIR C:`x`$A", escape: '`').WorkingDir.ShouldBe("/srv/C:x$A");
        Build("VOLUME [\"$HOME/x y\"]").Volumes.ShouldBe(["/root/x y"]);
    }

    [Fact]
    public void In_a_build_another_shell_runs_what_is_no_list()
    {
        string[] shell = ["/bin/bash", "-xc"];
        Build("CMD a b", shell: shell).Cmd.ShouldBe(["/bin/bash", "-xc", "a b"]);
        Build("CMD [\"a\"]", shell: shell).Cmd.ShouldBe(["a"]);
        Build("ENTRYPOINT a", shell: shell).Entrypoint.ShouldBe(["/bin/bash", "-xc", "a"]);
        Build("HEALTHCHECK CMD a", shell: shell).Healthcheck!.Test.ShouldBe(["CMD-SHELL", "a"]);
        Build("HEALTHCHECK CMD a", shell: ["/bin/sh", "-c"]).Healthcheck!.Test.ShouldBe(["CMD-SHELL", "a"]);
    }

    [Fact]
    public void In_a_build_a_command_of_its_own_outlives_a_new_entrypoint()
    {
        Build("ENTRYPOINT [\"a\"]", keepCommand: true).Cmd.ShouldBe(["sh"]);
        Build("ENTRYPOINT [\"a\"]").Cmd.ShouldBeEmpty();
    }

    [Theory]
    [InlineData("ENV A", "ENV must have two arguments")]
    [InlineData("ENV A=\"", "failed to process \"\\\"\": unexpected end of statement while looking for matching double-quote")]
    [InlineData("LABEL $NONE=x", "LABEL names can not be blank")]
    [InlineData("USER ${NAME:?who}", "failed to process \"${NAME:?who}\": NAME: who")]
    [InlineData("VOLUME [\" \"]", "VOLUME specified can not be an empty string")]
    [InlineData("CMD [1]", "when using JSON array syntax, arrays must be comprised of strings only")]
    [InlineData("CMD --x a", "unknown flag: --x")]
    [InlineData("EXPOSE 1 x", "invalid containerPort: x")]
    public void A_reason_is_told_in_Dockers_words(string instruction, string message)
    {
        ContainerChange.TryApply(instruction, Config, out _, out var refusal).ShouldBeFalse();
        refusal!.Message.ShouldBe(message);
    }

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

    private static ContainerConfig Build(
        string instruction, char escape = '\\', Dictionary<string, string>? args = null, string[]? shell = null, bool keepCommand = false)
    {
        ContainerChange.TryApply(instruction, Config, out var changed, out var refusal, escape, args, shell, keepCommand).ShouldBeTrue(refusal?.Message);
        return changed;
    }
}
