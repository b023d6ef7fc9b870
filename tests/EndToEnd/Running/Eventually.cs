namespace Shiplog.EndToEnd.Tests.Running;

/// <summary>Waits for what comes about by itself, also while the engine is away and each question fails.</summary>
internal static class Eventually
{
    // Of another order than any wait on a busy machine: what is waited for takes a second or two.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(90);

    /// <exception cref="ShouldAssertException">It did not come about in time.</exception>
    public static async Task IsTrueAsync(Func<Task<bool>> condition)
    {
        var end = DateTime.UtcNow + Patience;
        while (!await TryAsync(condition))
        {
            DateTime.UtcNow.ShouldBeLessThan(end, "it did not come about");
            await Task.Delay(50);
        }
    }

    private static async Task<bool> TryAsync(Func<Task<bool>> condition)
    {
        try
        {
            return await condition();
        }
        catch (Exception e) when (e is HttpRequestException or FormatException or IOException or ShouldAssertException)
        {
            return false; // it is just being restarted
        }
    }
}
