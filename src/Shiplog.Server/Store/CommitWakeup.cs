using JasperFx.Events.Daemon.HighWater;

namespace Shiplog.Server.Store;

/// <summary>
/// Wakes the asynchronous projections after a commit. The writer is in this process, so nobody need ask PostgreSQL to send
/// word of it.
/// </summary>
internal sealed class CommitWakeup(Commits commits, TimeProvider time) : IDaemonWakeup
{
    // A start brings several commits within as many milliseconds, and each round of the daemon is a dozen statements and
    // five commits: one round for all of them, and not while somebody waits for the next of them.
    private static readonly TimeSpan Gather = TimeSpan.FromMilliseconds(100);

    // Taken before the daemon looks at the log: a commit that it does not see there wakes it again.
    private Task _next = commits.Next;

    public async Task WaitAsync(TimeSpan timeout, CancellationToken token)
    {
        try
        {
            await _next.WaitAsync(timeout, time, token);
            await Task.Delay(Gather, time, token);
        }
        catch (TimeoutException)
        {
            // Then it looks all the same.
        }
        _next = commits.Next;
    }

    public void Dispose()
    {
        // It holds nothing; and the daemon that is built after a fault is given it again.
    }
}
