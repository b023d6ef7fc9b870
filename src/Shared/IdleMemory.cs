using System.Runtime.InteropServices;

namespace Shiplog.Shared;

/// <summary>
/// Gives memory back to the system when the process has gone quiet after work: the heap keeps what it grew to for the next
/// burst, the C library likewise, and an engine is idle most of its life. Costs one pause of some 30 ms while nobody waits.
/// </summary>
internal sealed partial class IdleMemory(TimeProvider time) : BackgroundService
{
    private static readonly TimeSpan Look = TimeSpan.FromSeconds(4);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var idleness = new Idleness();
        using var timer = new PeriodicTimer(Look, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            if (idleness.Ends(GC.GetTotalAllocatedBytes()))
                Release();
        }
    }

    private static void Release()
    {
        GC.Collect(GC.MaxGeneration, GCCollectionMode.Aggressive, blocking: true, compacting: true);
        _ = malloc_trim(0);
    }

    [LibraryImport("libc")]
    private static partial int malloc_trim(nuint pad);
}

/// <summary>When a process has worked enough, and is quiet enough now, for giving memory back to be worth its while.</summary>
internal sealed class Idleness
{
    /// <summary>Bytes allocated between two looks by timers and polls alone.</summary>
    internal const long Noise = 1 << 20;

    /// <summary>Bytes of work after which there is something to give back.</summary>
    internal const long Work = 8 << 20;

    private long _released, _last;

    /// <summary>True once for each stretch of work, at the first look that finds it over.</summary>
    /// <param name="allocated">Bytes allocated since the process began.</param>
    public bool Ends(long allocated)
    {
        var quiet = allocated - _last < Noise;
        _last = allocated;
        if (!quiet || allocated - _released < Work)
            return false;
        _released = allocated;
        return true;
    }
}
