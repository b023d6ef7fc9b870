using System.Text.Json;
using CsCheck;
using Shiplog.Domain.Containers;
using Shiplog.Domain.Images;

namespace Shiplog.Domain.Tests;

/// <summary>States that tests start from: folds of events.</summary>
internal static class Given
{
    public static readonly DateTimeOffset Now = new(2026, 3, 3, 14, 3, 0, TimeSpan.Zero);

    public static readonly string ContainerId = new('c', 64);

    public static readonly Image Busybox = Image.Apply(Image.Absent, new ImagePulled(
        "sha256:" + new string('1', 64), "pull", "docker.io/library/busybox:latest", "docker.io", "sha256:" + new string('a', 64), "manifest", null,
        """
        {"architecture":"amd64","os":"linux","config":{"Env":["PATH=/bin","LANG=C"],"Cmd":["sh"],"Labels":{"of":"image"},"User":"nobody",
         "WorkingDir":"/srv","ExposedPorts":{"80/tcp":{}},"StopSignal":"SIGINT"},
         "rootfs":{"type":"layers","diff_ids":["sha256:33"]},"history":[{"created":"2026-01-02T03:04:05Z","created_by":"COPY busybox /bin"}]}
        """,
        [new Layer("sha256:44", "sha256:33", "sha256:22", "layer", 1, 2, false)], Now, Now));

    public static readonly ContainerConfig Open = ImageConfig.Nothing;

    public static readonly HostOptions Host = new("bridge", false, [], [], [], [], [], [], false, "json-file", 0, 0);

    public static CreateContainer Creation(ContainerConfig? config = null, HostOptions? host = null, string name = "cce") =>
        new("create", ContainerId, name, "busybox", config ?? Open, host ?? Host);

    /// <summary>Created, then these events.</summary>
    public static Container Container(params object[] events)
    {
        var created = CreateContainer.Decide(Creation(), Domain.Containers.Container.Absent, Busybox, Now).ShouldBeOfType<Decision.Accepted>().Events;
        return After(Domain.Containers.Container.Absent, [.. created, .. events]);
    }

    public static Container After(Container container, params object[] events) => events.Aggregate(container, Domain.Containers.Container.Apply);

    public static readonly object[] Started = [new ContainerStarted(ContainerId, "start", 42, "crun", 1, Now)];

    public static readonly object[] Exited = [.. Started, new ContainerExited(ContainerId, 3, false, null, Now)];

    public static readonly object[] Restarting =
        [.. Exited, new ContainerRestartScheduled(ContainerId, 1, "exit code 3", 100, Now.AddMilliseconds(100), Now)];

    public static readonly object[] Paused = [.. Started, new ContainerPaused(ContainerId, "pause", Now)];

    public static readonly object[] Removing = [new ContainerRemoveRequested(ContainerId, "remove", false, false, Now)];

    public static readonly object[] Removed = [.. Removing, new ContainerRemoved(ContainerId, "remove", Now)];

    public static T Event<T>(this Decision decision) =>
        decision.ShouldBeOfType<Decision.Accepted>().Events.ShouldHaveSingleItem().ShouldBeOfType<T>();

    public static void ShouldRefuse(this Decision decision, RefusalKind kind, string message) =>
        decision.ShouldBeOfType<Decision.Refused>().Reason.ShouldBe(new Refusal(kind, message));

    public static JsonElement Json(string text) => JsonDocument.Parse(text).RootElement;
}

internal static class Any
{
    /// <summary>One of these.</summary>
    public static Gen<T> Of<T>(params T[] choices) => Gen.Int[0, choices.Length - 1].Select(i => choices[i]);
}
