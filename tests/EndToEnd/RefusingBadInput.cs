using Shiplog.EndToEnd.Tests.Running;

namespace Shiplog.EndToEnd.Tests;

/// <summary>What cannot be done is refused in Docker's words and with its exit codes, and leaves nothing.</summary>
public sealed class RefusingBadInput(RunningInstance engine)
{
    [Fact]
    public Task An_image_that_the_registry_does_not_have() =>
        RefusesAsync(125, "not found", "run", "--rm", $"{engine.Instance.Settings.Registry}/nobody/has:this", "true");

    [Fact]
    public Task A_tag_that_the_registry_does_not_have() =>
        RefusesAsync(1, "not found", "pull", $"{engine.Instance.Settings.Registry}/busybox:never");

    [Fact]
    public Task A_registry_that_does_not_answer() => RefusesAsync(1, "127.0.0.1:9", "pull", "127.0.0.1:9/busybox:latest");

    [Fact]
    public Task A_reference_that_is_none() => RefusesAsync(125, "invalid reference format", "run", "--rm", "UPPER/Case:x", "true");

    [Fact]
    public Task A_container_name_with_characters_that_names_may_not_have() =>
        RefusesAsync(125, "Invalid container name", "run", "--rm", "--name", "a/b", "busybox", "true");

    [Fact]
    public Task A_program_that_is_not_in_the_image() => RefusesAsync(127, "not found", "run", "--rm", "busybox", "nosuchprogram");

    [Fact]
    public Task A_program_that_may_not_be_executed() => RefusesAsync(126, "permission denied", "run", "--rm", "busybox", "/etc/passwd");

    [Fact]
    public Task A_user_that_the_image_does_not_know() => RefusesAsync(125, "nosuchuser", "run", "--rm", "--user", "nosuchuser", "busybox", "true");

    [Fact]
    public Task A_container_that_does_not_exist() => RefusesAsync(1, "No such container", "start", "nosuchcontainer");

    [Fact]
    public Task What_is_not_built_yet() => RefusesAsync(1, "not", "swarm", "init");

    [Fact]
    public async Task A_name_that_is_in_use()
    {
        (await engine.DockerAsync("create", "--name", "taken", "busybox", "true")).Succeeded();
        try
        {
            var holder = await engine.IdOfAsync("taken");
            var refusal = await RefusesAsync(125, "is already in use", "run", "--rm", "--name", "taken", "busybox", "true");
            refusal.Error.ShouldContain(holder, customMessage: "the message names the container that has the name");
        }
        finally
        {
            (await engine.DockerAsync("rm", "taken")).Succeeded();
        }
    }

    [Fact]
    public async Task A_failed_start_is_in_the_log_with_its_step_and_error()
    {
        var before = await engine.Kernel.LookAsync();
        var id = (await engine.DockerAsync("create", "busybox", "nosuchprogram")).Succeeded().Text;
        (await engine.DockerAsync("start", id)).ExitCode.ShouldBe(1);
        (await engine.DockerAsync("inspect", "-f", "{{.State.ExitCode}} {{.State.Status}}", id)).Text.ShouldBe("127 created");
        (await engine.DockerAsync("rm", id)).Succeeded();

        var events = await engine.EventsOfAsync(id);
        var failure = events.Single(e => e.Type == "container_command_failed");
        failure.Data.GetProperty("step").GetString().ShouldBe("StartContainer");
        failure.Data.GetProperty("error").GetString()!.ShouldContain("nosuchprogram");
        failure.Causation.ShouldBe(events.Single(e => e.Type == "container_start_requested").Causation);
        await engine.Kernel.LeavesNothingSinceAsync(before);
    }

    private async Task<Result> RefusesAsync(int exitCode, string words, params string[] arguments)
    {
        var before = await engine.Kernel.LookAsync();
        var result = await engine.DockerAsync(arguments);
        result.ExitCode.ShouldBe(exitCode, result.All);
        result.Error.ShouldContain(words, Case.Insensitive);
        await engine.Kernel.LeavesNothingSinceAsync(before);
        return result;
    }
}
