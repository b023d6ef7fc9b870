namespace Shiplog.Server.Tests;

/// <summary>Waiting for what happens by itself. Long enough for a machine that is busy with other things; a test that passes does not wait it out.</summary>
internal static class Eventually
{
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    public static async Task TrueAsync(Func<Task<bool>> condition)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        patience.CancelAfter(Patience);
        while (!await condition())
            await Task.Delay(50, patience.Token);
    }
}
