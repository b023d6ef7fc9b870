using System.Collections.Concurrent;

namespace Shiplog.Worker.Streams;

/// <summary>The session of each container's present run, or of its next.</summary>
internal sealed class Sessions
{
    private readonly ConcurrentDictionary<string, ContainerSession> _sessions = new();
    private readonly ConcurrentDictionary<string, ContainerSession> _execs = new();

    /// <summary>One that is not over.</summary>
    public ContainerSession For(string containerId) => _sessions.AddOrUpdate(
        containerId, static _ => new ContainerSession(), static (_, session) => session.IsEnded ? new ContainerSession() : session);

    /// <summary>The run has ended, or came to nothing.</summary>
    public void Finish(string containerId) => Finish(_sessions, containerId);

    /// <summary>That of an exec: it has one run.</summary>
    public ContainerSession ForExec(string execId) => _execs.GetOrAdd(execId, static _ => new ContainerSession());

    /// <summary>As <see cref="ForExec"/>, where somebody is attached or has been.</summary>
    public ContainerSession? FindExec(string execId) => _execs.GetValueOrDefault(execId);

    /// <summary>The exec has ended, came to nothing, or was never started.</summary>
    public void FinishExec(string execId) => Finish(_execs, execId);

    private static void Finish(ConcurrentDictionary<string, ContainerSession> sessions, string id)
    {
        if (sessions.TryRemove(id, out var session))
            session.Finish();
    }
}
