using Shiplog.Contracts.Orders;
using Shiplog.Worker.Facts;
using Shiplog.Worker.Network;

namespace Shiplog.Worker.Reconcile;

/// <summary>
/// Puts published ports back where another tool has flushed them: who then connects to one arrives at the socket that holds
/// it, and that tells. Nothing is polled.
/// </summary>
internal sealed class FirewallWatch(HeldPorts held, Firewall firewall, Conversations conversations, FactDelivery facts, TimeProvider time, ILogger<FirewallWatch> logger) : BackgroundService
{
    // However much arrives, so often the rules are looked at.
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await foreach (var port in held.Arrivals(stoppingToken))
        {
            try
            {
                await LookAsync(port, stoppingToken);
            }
            catch (Exception e) when (e is IOException or InvalidOperationException or System.Text.Json.JsonException)
            {
                logger.FirewallBroken(e);
            }
            await Task.Delay(Pause, time, stoppingToken);
        }
    }

    private async Task LookAsync(PortMapping port, CancellationToken cancellation)
    {
        var wrong = await firewall.RecoverAsync(cancellation);
        // Of datagrams it may also be a conversation that is older than the rules.
        conversations.Forget([port]);
        if (wrong is [])
            return;
        logger.FirewallPutBack(string.Join("; ", wrong));
        _ = facts.Report(
            HostFacts.Lane, null, "reconcile", [new HostReconciledReport(wrong, [.. wrong.Select(w => $"{w}: put right")], time.GetUtcNow())], null);
    }
}
