using System.Text;
using Shiplog.Contracts;
using Shiplog.Domain.Containers;

namespace Shiplog.Domain.Tests.Containers;

/// <summary>docs/container-states.md is what the decisions and the fold really do.</summary>
public sealed class TheStates
{
    private const string Id = "ID";

    private static readonly (string Name, object[] Life)[] States =
    [
        ("created", []), ("running", Given.Started), ("paused", Given.Paused), ("restarting", Given.Restarting), ("exited", Given.Exited),
        ("removing", Given.Removing),
        ("dead", [.. Given.Removing, new ContainerCommandFailed(Given.ContainerId, "remove", "RemoveContainer", null, "Internal", "busy", null, Given.Now)]),
        ("removed", Given.Removed),
    ];

    private static readonly (string Name, Func<Container, Decision> Decide)[] Commands =
    [
        ("start", c => StartContainer.Decide(new StartContainer("x"), c, [], Given.Now)),
        ("stop", c => StopContainer.Decide(new StopContainer("x", null, null, 10), c, Given.Now)),
        ("kill", c => KillContainer.Decide(new KillContainer("x", "KILL"), c, Given.Now)),
        ("pause", c => PauseContainer.Decide(new PauseContainer("x"), c, Given.Now)),
        ("unpause", c => UnpauseContainer.Decide(new UnpauseContainer("x"), c, Given.Now)),
        ("attach", c => AttachContainer.Decide(new AttachContainer(false, true, true, "r", RecordMode.Off), c, Given.Now)),
        ("exec", c => CreateExec.Decide(new CreateExec("x", "y", Given.ContainerId, ["true"], "", "", false, false, false, true, true, [], null), c, Given.Now)),
        ("commit", c => CommitContainer.Decide(new CommitContainer("x", null, null, null, null, [], true), c, Given.Busybox, Given.Now)),
        ("copy out of it", c => ReadContainerFiles.Decide(new ReadContainerFiles("x", "/etc", "copy"), c, Given.Now)),
        ("copy into it", c => WriteContainerFiles.Decide(new WriteContainerFiles("x", "/etc", false, false), c, Given.Now)),
        ("update", c => UpdateContainer.Decide(new UpdateContainer("x", new Resources { CpuShares = 512 }, false, null), c, Given.Now)),
        ("rename", c => RenameContainer.Decide(new RenameContainer("x", "another"), c, Given.Now)),
        ("remove", c => RemoveContainer.Decide(new RemoveContainer("x", false, false), c, Given.Now)),
    ];

    private static readonly (string Name, object Event)[] Events =
    [
        ("started", Given.Started[0]), ("paused", new ContainerPaused(Given.ContainerId, "x", Given.Now)),
        ("unpaused", new ContainerUnpaused(Given.ContainerId, "x", Given.Now)),
        ("exited", new ContainerExited(Given.ContainerId, 0, false, null, Given.Now)), ("restart scheduled", Given.Restarting[^1]),
        ("restart cancelled", new ContainerRestartCancelled(Given.ContainerId, null, "stop", null, Given.Now)),
        ("remove requested", Given.Removing[0]),
        ("removal failed", new ContainerCommandFailed(Given.ContainerId, "x", "RemoveContainer", null, "Internal", "busy", null, Given.Now)),
        ("removed", new ContainerRemoved(Given.ContainerId, null, Given.Now)),
    ];

    // Which facts can come in a state: a frozen program ends too, and nothing is unpaused that was not paused.
    private static readonly Dictionary<string, string[]> Possible = new()
    {
        ["created"] = ["started", "remove requested"],
        ["running"] = ["paused", "exited"],
        ["paused"] = ["unpaused", "exited"],
        ["restarting"] = ["started", "restart cancelled"],
        ["exited"] = ["started", "restart scheduled", "remove requested", "removed"],
        ["removing"] = ["removal failed", "removed"],
        ["dead"] = ["remove requested"],
        ["removed"] = [],
    };

    private static string DocumentFile => Path.Combine(Root(), "docs", "container-states.md");

    [Fact]
    public void Are_documented_as_they_are() => File.ReadAllText(DocumentFile).ShouldBe(Document(), "run the explicit test TheStates.Write_it");

    /// <summary>Writes the document.</summary>
    [Fact(Explicit = true)]
    public void Write_it() => File.WriteAllText(DocumentFile, Document());

    private static string Document()
    {
        var text = new StringBuilder("""
            # The states of a container

            Made from the decisions and the fold in `src/Shiplog.Domain/Containers`; a test compares. Do not edit.
            A restarting container counts as running, as in Docker: it is listed, `wait` waits for it, and it can be stopped.

            ```mermaid
            stateDiagram-v2
                [*] --> created: created

            """);
        foreach (var (name, life) in States)
        {
            foreach (var (fact, e) in Events.Where(e => Possible[name].Contains(e.Name)))
                text.Append("    ").Append(name).Append(" --> ").Append(Name(Given.After(Given.Container(life), e))).Append(": ").Append(fact).Append('\n');
        }
        text.Append("    removed --> [*]\n```\n\n## What a command comes to\n\n| state |");
        text.AppendJoin("", Commands.Select(c => $" {c.Name} |")).Append("\n| --- |").AppendJoin("", Commands.Select(_ => " --- |")).Append('\n');
        foreach (var (name, life) in States)
            text.Append("| ").Append(name).Append(" |").AppendJoin("", Commands.Select(c => $" {Cell(c.Decide(Given.Container(life)))} |")).Append('\n');
        return text.ToString();
    }

    private static string Name(Container container) => container.Status.ToString().ToLowerInvariant();

    private static string Cell(Decision decision) => decision switch
    {
        Decision.Accepted => "accepted",
        Decision.Refused { Reason: { Kind: RefusalKind.NotModified } r } => "304 " + r.Message,
        Decision.Refused { Reason: { Kind: RefusalKind.NotFound } r } => "404 " + Words(r.Message),
        Decision.Refused { Reason: { Kind: RefusalKind.Conflict } r } => "409 " + Words(r.Message),
        Decision.Refused { Reason: var r } => $"{r.Kind} {Words(r.Message)}",
        _ => "",
    };

    private static string Words(string message) => message.Replace(Given.ContainerId, Id, StringComparison.Ordinal);

    private static string Root()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "Platform.sln")))
                return folder.FullName;
        }
        throw new DirectoryNotFoundException("no folder above the tests has Platform.sln");
    }
}
