using System.Diagnostics;

namespace Shiplog.Worker.Tests.Harness;

/// <summary>Waiting for what happens in its own time, also on a slow machine.</summary>
internal static class Eventually
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    public static async Task Async(Func<bool> condition)
    {
        for (var began = Stopwatch.StartNew(); !condition(); await Task.Delay(20))
        {
            if (began.Elapsed > Patience)
                throw new TimeoutException($"not within {Patience.TotalSeconds} s");
        }
    }
}
