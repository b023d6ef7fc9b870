using Shiplog.Domain.Containers;
using Shiplog.Domain.Images;

namespace Shiplog.Domain.Tests.Containers;

public sealed class CommittingAContainer
{
    [Fact]
    public void The_template_is_the_parents_config_with_the_changes_and_one_more_line_of_history()
    {
        var requested = Decide(["CMD [\"/bin/httpd\",\"-f\"]", "ENV A=b"]).Event<ContainerCommitRequested>();
        ImageConfig.TryParse(requested.ConfigTemplate, out var config).ShouldBeTrue();
        config!.Config.Cmd.ShouldBe(["/bin/httpd", "-f"]);
        config.Config.Env.ShouldBe(["PATH=/bin", "LANG=C", "A=b"]);
        config.Config.User.ShouldBe("nobody");
        config.Author.ShouldBe("caidaye <mail0426@163.com>");
        config.Created.ShouldBe(Given.Now);
        config.DiffIds.ShouldBe(["sha256:33"]);
        config.History.Length.ShouldBe(2);
        config.History[1].ShouldBe(new HistoryEntry(Given.Now, "sh", "caidaye <mail0426@163.com>", "why", false));
    }

    [Fact]
    public void Only_a_running_container_is_paused_for_it()
    {
        Decide([]).Event<ContainerCommitRequested>().Pause.ShouldBeFalse();
        Decide([], Given.Container(Given.Started)).Event<ContainerCommitRequested>().Pause.ShouldBeTrue();
        Decide([], Given.Container(Given.Paused)).Event<ContainerCommitRequested>().Pause.ShouldBeFalse();
    }

    [Fact]
    public void What_a_client_sends_as_config_goes_over_the_containers()
    {
        var command = Command([]) with { Config = Given.Open with { Cmd = ["other"] } };
        var template = CommitContainer.Decide(command, Given.Container(), Given.Busybox, Given.Now).Event<ContainerCommitRequested>().ConfigTemplate;
        ImageConfig.TryParse(template, out var config).ShouldBeTrue();
        config!.Config.Cmd.ShouldBe(["other"]);
        config.Config.WorkingDir.ShouldBe("/srv");
    }

    [Fact]
    public void A_bad_instruction_is_refused() =>
        Decide(["FROM scratch"]).ShouldRefuse(RefusalKind.Invalid, "from is not a valid change command");

    [Fact]
    public void A_container_that_is_being_removed_refuses() => Decide([], Given.Container(Given.Removing)).ShouldRefuse(
        RefusalKind.Conflict, $"You cannot commit container {Given.ContainerId} which is being removed");

    private static CommitContainer Command(string[] changes) =>
        new("commit", "docker.io/library/caichangen:v0.1", "caidaye <mail0426@163.com>", "why", null, changes, true);

    private static Decision Decide(string[] changes, Container? container = null) =>
        CommitContainer.Decide(Command(changes), container ?? Given.Container(), Given.Busybox, Given.Now);
}
