using System.Collections.Concurrent;

namespace Shiplog.Worker.Build;

/// <summary>A build that has files here: who works with them, and what is known of them by now.</summary>
internal sealed class RunningBuild(BuildPaths paths) : IDisposable
{
    private readonly Lock _gate = new();
    private readonly CancellationTokenSource _ended = new();
    private readonly TaskCompletionSource _unused = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _users;
    private bool _hasEnded;

    public BuildPaths Paths => paths;

    /// <summary>Cancelled when the build has ended: nobody wants what is still being made for it.</summary>
    public CancellationToken Ended => _ended.Token;

    /// <summary>Digests of the contents of the context's files, which do not change.</summary>
    public ConcurrentDictionary<(ulong Device, ulong Inode), byte[]> Contents { get; } = new();

    /// <summary>By URL.</summary>
    public ConcurrentDictionary<string, Lazy<Task<Download>>> Downloads { get; } = new();

    /// <returns><see langword="null"/> where the build has ended.</returns>
    public BuildUse? TryUse()
    {
        lock (_gate)
        {
            if (_hasEnded)
                return null;
            _users++;
            return new BuildUse(this);
        }
    }

    /// <summary>Ends when nobody works with its files any more.</summary>
    public async Task EndAsync()
    {
        bool isFirst;
        lock (_gate)
        {
            isFirst = !_hasEnded;
            _hasEnded = true;
            if (_users == 0)
                _unused.TrySetResult();
        }
        if (isFirst)
            await _ended.CancelAsync();
        await _unused.Task;
    }

    public void Dispose() => _ended.Dispose();

    internal void Leave()
    {
        lock (_gate)
        {
            if (--_users == 0 && _hasEnded)
                _unused.TrySetResult();
        }
    }
}

/// <summary>Somebody works with a build's files: they stay until this is disposed.</summary>
internal sealed class BuildUse(RunningBuild build) : IDisposable
{
    private int _isOver;

    public RunningBuild Build => build;

    public BuildPaths Paths => build.Paths;

    public void Dispose()
    {
        if (Interlocked.Exchange(ref _isOver, 1) == 0)
            build.Leave();
    }
}
