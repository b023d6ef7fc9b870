using CsCheck;
using Shiplog.Domain.Containers;

namespace Shiplog.Domain.Tests.Containers;

/// <summary>Whatever a container has been through, a command that is replayed on what came of it yields no events.</summary>
public sealed class RepeatingACommand
{
    private static readonly Gen<object[]> Lives = Any.Of<object[]>(
        [], Given.Started, Given.Exited, Given.Paused, Given.Restarting, Given.Removing, Given.Removed,
        [.. Given.Exited, .. Given.Started], [.. Given.Exited, new ContainerRenamed(Given.ContainerId, "rename", "cce", "other", Given.Now)]);

    private static readonly Gen<(string Name, Func<Container, Decision> Decide)> Commands = Any.Of<(string, Func<Container, Decision>)>(
        ("create", c => CreateContainer.Decide(Given.Creation() with { CommandId = "x" }, c, Given.Busybox, Given.Now)),
        ("start", c => StartContainer.Decide(new StartContainer("x"), c, [], Given.Now)),
        ("stop", c => StopContainer.Decide(new StopContainer("x", null, null, 10), c, Given.Now)),
        ("kill", c => KillContainer.Decide(new KillContainer("x", "USR1"), c, Given.Now)),
        ("pause", c => PauseContainer.Decide(new PauseContainer("x"), c, Given.Now)),
        ("unpause", c => UnpauseContainer.Decide(new UnpauseContainer("x"), c, Given.Now)),
        ("rename", c => RenameContainer.Decide(new RenameContainer("x", "another"), c, Given.Now)),
        ("remove", c => RemoveContainer.Decide(new RemoveContainer("x", false, false), c, Given.Now)),
        ("update", c => UpdateContainer.Decide(new UpdateContainer("x", new Resources { CpuShares = 512 }, false, null), c, Given.Now)),
        ("commit", c => CommitContainer.Decide(new CommitContainer("x", null, null, null, null, [], true), c, Given.Busybox, Given.Now)),
        ("read", c => ReadContainerFiles.Decide(new ReadContainerFiles("x", "/etc", "copy"), c, Given.Now)),
        ("write", c => WriteContainerFiles.Decide(new WriteContainerFiles("x", "/etc", false, false), c, Given.Now)));

    [Fact]
    public void On_its_intent_and_on_its_outcome_nothing_is_appended() => Gen.Select(Lives, Commands, Gen.Bool).Sample((life, command, fails) =>
    {
        var before = Given.Container(life);
        if (command.Decide(before) is not Decision.Accepted { Events: { Length: > 0 } events })
            return true;
        var intent = Given.After(before, events);
        var outcome = Given.After(intent, fails ? Failure(command.Name) : Success(command.Name));
        return AppendsNothing(command.Decide(intent)) && AppendsNothing(command.Decide(outcome));
    });

    private static bool AppendsNothing(Decision decision) => decision is Decision.Refused or Decision.Accepted { Events: [] };

    private static object[] Success(string command) => command switch
    {
        "start" => [new ContainerStarted(Given.ContainerId, "x", 43, "crun", 1, Given.Now)],
        "stop" => [new ContainerExited(Given.ContainerId, 143, false, null, Given.Now), new ContainerStopped(Given.ContainerId, "x", false, Given.Now)],
        "kill" => [new ContainerSignalled(Given.ContainerId, "x", "USR1", Given.Now)],
        "pause" => [new ContainerPaused(Given.ContainerId, "x", Given.Now)],
        "unpause" => [new ContainerUnpaused(Given.ContainerId, "x", Given.Now)],
        "remove" => [new ContainerRemoved(Given.ContainerId, "x", Given.Now)],
        "update" => [new ContainerUpdated(Given.ContainerId, "x", new(), new() { Resources = new() { CpuShares = 512 } }, Given.Now)],
        "commit" => [new ContainerCommitted(Given.ContainerId, "x", "sha256:5", null, null, 1, Given.Now)],
        "read" => [new ContainerFilesRead(Given.ContainerId, "x", "/etc", "copy", 1, Given.Now)],
        "write" => [new ContainerFilesWritten(Given.ContainerId, "x", "/etc", 1, 1, Given.Now)],
        _ => [],
    };

    private static object[] Failure(string command) => command is "create" or "rename"
        ? []
        : [new ContainerCommandFailed(Given.ContainerId, "x", char.ToUpperInvariant(command[0]) + command[1..] + "Container", null, "Internal", "broke", null, Given.Now)];
}
