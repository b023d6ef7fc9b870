using JasperFx;
using JasperFx.CodeGeneration;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Shiplog.Contracts;
using Shiplog.Contracts.Orders;
using Shiplog.Dashboard;
using Shiplog.Server.DockerApi;
using Shiplog.Server.Hosting;
using Shiplog.Server.Orders;
using Shiplog.Server.Recovery;
using Shiplog.Server.Rest;
using Shiplog.Server.Store;
using Shiplog.Shared;
using Wolverine;
using Wolverine.Http;
using Wolverine.Http.Transport;

namespace Shiplog.Server;

/// <summary>Hosting only.</summary>
internal static class Program
{
    private static async Task<int> Main(string[] args)
    {
        if (args is ["db-dump"])
            return SchemaDump.Write(Console.Out);
        await using var app = Build(args, Instance.Load());
        // Commands are for developers (`codegen write`); looking for them costs a start 100 ms.
        if (args is not [])
            return await app.RunJasperFxCommands(args);
        await app.RunAsync();
        return 0;
    }

    /// <summary>The whole server; what differs in tests is the instance.</summary>
    internal static WebApplication Build(string[] args, Instance instance)
    {
        Listening.Prepare(instance);
        var builder = WebApplication.CreateSlimBuilder(new WebApplicationOptions
        {
            // The configuration is shiplog.json; no other file is watched.
            Args = [.. args, "--hostBuilder:reloadConfigOnChange=false"],
            ContentRootPath = AppContext.BaseDirectory,
            // Files are found by this name, also when a test hosts the server.
            ApplicationName = typeof(Program).Assembly.GetName().Name,
        });
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(instance, docker => docker.UseDockerStreams()));
        foreach (var library in (string[])["Microsoft", "System", "Wolverine", "JasperFx", "Marten"])
            builder.Logging.AddFilter(library, LogLevel.Warning);
        // A statement that a constraint refuses (a name in use) is an answer, which whoever asked for it handles.
        builder.Logging.AddFilter("Marten.IDocumentStore", LogLevel.None);
        builder.Services.TryAddSingleton(TimeProvider.System);
        builder.Services.AddSingleton(instance);
        builder.Services.TryAddEnumerable(ServiceDescriptor.Singleton<MatcherPolicy, ListenerPolicy>());
        builder.Services.AddEventStore(instance);
        builder.Services.AddWorker(instance);
        builder.Services.AddHostedService<HistoryDaemon>();
        builder.Services.AddHostedService<IdleMemory>();
        builder.Services.AddRecovery();
        builder.Services.AddRest();
        builder.Services.AddWolverineHttp();
        builder.Host.UseWolverine(ConfigureWolverine, Extensions);
        builder.Services.AddDockerApi();
        builder.Services.AddDashboard(new Uri($"http://{instance.Settings.Http}/"));

        var app = builder.Build();
        app.UseLoopbackHosts();
        app.UseDockerApi();
        app.UseRouting();
        app.MapWolverineHttpTransportEndpoints().ServedOn(Listener.Reports);
        app.MapGroup("/api/v1").ServedOn(Listener.Docker | Listener.Http).MapRest();
        app.MapDashboard().ServedOn(Listener.Http);
        app.Lifetime.ApplicationStarted.Register(() =>
        {
            Listening.Restrict(instance);
            HostingLog.Listening(app.Logger, Startup.Version, instance.DockerSocket, string.Join(", ", app.Urls.Where(u => !u.Contains("unix:", StringComparison.Ordinal))));
        });
        return app;
    }

#if RELEASE
    // There are none but the run-time compiler, which a release goes without: looking for them loads every assembly.
    private const ExtensionDiscovery Extensions = ExtensionDiscovery.ManualOnly;
#else
    private const ExtensionDiscovery Extensions = ExtensionDiscovery.Automatic;
#endif

    private static void ConfigureWolverine(WolverineOptions options)
    {
        options.ApplicationAssembly = typeof(Program).Assembly;
        options.ServiceName = "shiplog-server";
        // The event log is the outbox: a command without an outcome is driven again. Wolverine keeps nothing.
        options.Durability.Mode = DurabilityMode.Solo;
        options.Discovery.DisableConventionalDiscovery().IncludeType(typeof(ReportBatchHandler));
        options.RegisterMessageType(typeof(ReportBatchRecorded));
        options.Publish(rule =>
        {
            rule.MessagesImplementing<Order>();
            rule.ToHttpEndpoint(WorkerClient.OrdersUrl).SendInline();
        });
#if RELEASE
        options.CodeGeneration.TypeLoadMode = TypeLoadMode.Static;
#else
        options.CodeGeneration.TypeLoadMode = TypeLoadMode.Dynamic;
#endif
    }
}
