using System.Collections.Concurrent;

namespace Shiplog.Worker.Streams;

/// <summary>The session of each container's present run, or of its next.</summary>
internal sealed class Sessions
{
    private readonly ConcurrentDictionary<string, ContainerSession> _sessions = new();

    /// <summary>One that is not over.</summary>
    public ContainerSession For(string containerId) => _sessions.AddOrUpdate(
        containerId, static _ => new ContainerSession(), static (_, session) => session.IsEnded ? new ContainerSession() : session);

    /// <summary>The run has ended, or came to nothing.</summary>
    public void Finish(string containerId)
    {
        if (_sessions.TryRemove(containerId, out var session))
            session.Finish();
    }
}
