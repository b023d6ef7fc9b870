using Marten;
using Npgsql;
using Shiplog.Contracts;

namespace Shiplog.Server.Store;

/// <summary>Registration of the event store.</summary>
internal static class StoreSetup
{
    public static IServiceCollection AddEventStore(this IServiceCollection services, Instance instance)
    {
        services.AddSingleton(s => MartenSetup.DataSource(instance));
        services.AddMarten(s =>
        {
            var options = new StoreOptions();
            var time = s.GetRequiredService<TimeProvider>();
            MartenSetup.Configure(options, s.GetRequiredService<NpgsqlDataSource>(), time);
            options.Projections.Wakeup = new CommitWakeup(s.GetRequiredService<Commits>(), time);
            return options;
        });
        services.AddSingleton(new HostName(Environment.MachineName));
        services.AddSingleton<Commits>();
        services.AddSingleton<Pen>();
        services.AddSingleton<StoreReader>();
        services.AddSingleton<EventLog>();
        services.AddSingleton<IEventLog>(s => s.GetRequiredService<EventLog>());
        services.AddSingleton<IVolumeLog>(s => s.GetRequiredService<EventLog>());
        services.AddSingleton<INetworkLog>(s => s.GetRequiredService<EventLog>());
        services.AddSingleton<IEventFeed, EventFeed>();
        services.AddSingleton<IFacts, FactLog>();
        services.AddSingleton<OpenCommands>();
        return services;
    }
}
