namespace Shiplog.Server.Recovery;

/// <summary>Registration of the recovery.</summary>
internal static class RecoverySetup
{
    public static IServiceCollection AddRecovery(this IServiceCollection services) => services
        .AddSingleton<Startup>()
        .AddSingleton<Redrive>()
        .AddHostedService<RecoveryService>();
}
