using System.Net.Sockets;
using Shiplog.Contracts;
using Shiplog.Contracts.Orders;
using Shiplog.Shared;
using Shiplog.Worker.Copying;
using Shiplog.Worker.Execs;
using Shiplog.Worker.Facts;
using Shiplog.Worker.Health;
using Shiplog.Worker.Lifecycle;
using Shiplog.Worker.Linux;
using Shiplog.Worker.Network;
using Shiplog.Worker.Orders;
using Shiplog.Worker.Reconcile;
using Shiplog.Worker.Recordings;
using Shiplog.Worker.Runtime;
using Shiplog.Worker.Stats;
using Shiplog.Worker.Storage;
using Shiplog.Worker.Streams;
using Shiplog.Worker.Volumes;
using Wolverine;
using Wolverine.Http;
using Wolverine.Http.Transport;

namespace Shiplog.Worker;

/// <summary>What the worker is made of. Everything lives as long as the process.</summary>
internal static class WorkerServices
{
    public static void AddContainers(this IServiceCollection services, Instance instance)
    {
        services.AddSingleton(instance);
        services.AddSingleton(TimeProvider.System);

        services.AddSingleton<Inotify>().AddSingleton<ProcessEnds>();
        services.AddSingleton<Bridges>().AddSingleton<Firewall>().AddSingleton<HeldPorts>().AddSingleton<Conversations>();
        services.AddSingleton<ContainerLinks>().AddSingleton<NetworkConnector>().AddSingleton<NameServer>();
        services.AddSingleton<OciRuntime>().AddSingleton<Conmon>().AddSingleton<SeccompCompiler>();
        services.AddSingleton<NamespaceSharing>();
        services.AddSingleton<JoinNetworkStep>();

        services.AddSingleton(provider => new NetworkOrders(
            provider.GetRequiredService<OrderRunner>(), provider.GetRequiredService<NetworkConnector>(), provider.GetRequiredService<Bridges>(),
            provider.GetRequiredService<TimeProvider>()));

        services.AddSingleton<StorageDrivers>().AddSingleton<LayersBelow>().AddSingleton<VolumeStore>();
        services.AddSingleton(provider => new VolumeOrders(
            provider.GetRequiredService<OrderRunner>(), provider.GetRequiredService<VolumeStore>(), provider.GetRequiredService<TimeProvider>()));
        services.AddSingleton<MountRootFsStep>().AddSingleton<MountShmStep>().AddSingleton<MountVolumesStep>().AddSingleton<IsolateNetworkStep>().AddSingleton<AttachBridgeStep>()
            .AddSingleton(provider => new AssignIpStep(provider.GetRequiredService<TimeProvider>())).AddSingleton<PublishPortsStep>()
            .AddSingleton<ServeNamesStep>().AddSingleton<StartContainerStep>().AddSingleton<ContainerSteps>();
        services.AddSingleton<StepRunner>().AddSingleton<Lifecycle.Containers>().AddSingleton<ContainerStarter>();
        services.AddSingleton<HealthMonitor>().AddSingleton<RestartQueue>().AddSingleton<RestartCanceller>();
        services.AddSingleton<ContainerStopper>().AddSingleton<ContainerKiller>().AddSingleton<ContainerPauser>().AddSingleton<ContainerUpdater>();
        services.AddSingleton<ContainerFiles>().AddSingleton<ContainerRemover>().AddSingleton<IContainerAccess, ContainerAccess>();
        services.AddSingleton<RunningExecs>().AddSingleton<ExecStarter>().AddSingleton<ExecWatch>().AddSingleton<ExecRecovery>();
        services.AddSingleton<FileWriters>().AddSingleton<ContainerRoots>().AddSingleton<WriteCommand>().AddSingleton<ContainerChanges>().AddSingleton<ContainerSizes>();

        services.AddSingleton<KeptLogs>().AddSingleton<Sessions>().AddSingleton<AttachConnections>().AddSingleton<LogReader>().AddSingleton<LogRotator>();
        services.AddSingleton<SessionRecordings>();
        services.AddSingleton<FigureReader>().AddSingleton(provider =>
            new Samplers(provider.GetRequiredService<FigureReader>().Read, provider.GetRequiredService<TimeProvider>()));
        services.AddSingleton<HostFacts>().AddSingleton<Leftovers>();
        services.AddOrders();
        services.AddFacts(instance);

        // Started in this order, before the socket listens.
        services.AddSingleton<ExitWatch>();
        services.AddHostedService<HostRecovery>();
        services.AddHostedService(provider => provider.GetRequiredService<FactDelivery>());
        services.AddHostedService(provider => provider.GetRequiredService<ExitWatch>());
        services.AddHostedService(provider => provider.GetRequiredService<KeptLogs>());
        services.AddHostedService(provider => provider.GetRequiredService<SessionRecordings>());
        services.AddHostedService<ContainerRestarter>();
        services.AddHostedService<FirewallWatch>();
        services.AddHostedService<BridgeWatch>();
        services.AddHostedService<IdleMemory>();
    }

    /// <summary>
    /// A release looks for no extensions of Wolverine: there are none but the run-time compiler, which it goes without, and
    /// looking loads every assembly.
    /// </summary>
#if NOROSLYN
    public const ExtensionDiscovery Extensions = ExtensionDiscovery.ManualOnly;
#else
    public const ExtensionDiscovery Extensions = ExtensionDiscovery.Automatic;
#endif

    /// <summary>Orders come in, and reports go out, over Wolverine's HTTP transport on unix sockets; nothing is stored by it.</summary>
    public static void UseOrders(this WolverineOptions options)
    {
        options.ServiceName = "shiplog-worker";
        options.ApplicationAssembly = typeof(WorkerServices).Assembly;
        options.Durability.Mode = DurabilityMode.Solo;
        // A stop may wait as long as its client likes, a pull as long as the registry needs.
        options.DefaultExecutionTimeout = TimeSpan.FromDays(7);
        options.PublishMessage<ReportBatch>().ToHttpEndpoint(WolverineReports.Endpoint).SendInline();
#if NOROSLYN
        options.CodeGeneration.TypeLoadMode = JasperFx.CodeGeneration.TypeLoadMode.Static;
#endif
    }

    private static void AddOrders(this IServiceCollection services)
    {
        services.AddSingleton<SubjectGates>();
        services.AddSingleton(provider => new OrderRunner(
            provider.GetRequiredService<FactDelivery>(), provider.GetRequiredService<SubjectGates>(),
            provider.GetRequiredService<TimeProvider>(), provider.GetRequiredService<ILogger<OrderRunner>>(),
            provider.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping));
        services.AddSingleton(provider => new ContainerOrders(
            provider.GetRequiredService<OrderRunner>(), provider.GetRequiredService<ContainerStarter>(),
            provider.GetRequiredService<ContainerStopper>(), provider.GetRequiredService<ContainerKiller>(),
            provider.GetRequiredService<ContainerPauser>(), provider.GetRequiredService<ContainerUpdater>(), provider.GetRequiredService<ContainerRemover>(),
            provider.GetRequiredService<ExecStarter>(), provider.GetRequiredService<Lifecycle.Containers>()));
    }

    private static void AddFacts(this IServiceCollection services, Instance instance)
    {
        services.AddSingleton(provider => new FactSpool(
            Path.Combine(instance.WorkerFolder, "spool"), Environment.MachineName, Guid.CreateVersion7().ToString(),
            provider.GetRequiredService<TimeProvider>()));
        services.AddSingleton<FactDelivery>().AddSingleton<IReports, WolverineReports>();
        services.AddWolverineHttp();
        services.AddHttpClient(WolverineReports.Endpoint, client =>
            {
                client.BaseAddress = new Uri(WolverineReports.Endpoint);
                client.Timeout = Timeout.InfiniteTimeSpan;
            })
            .ConfigurePrimaryHttpMessageHandler(() => new SocketsHttpHandler
            {
                ConnectCallback = async (_, cancellation) =>
                {
                    var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
                    try
                    {
                        await socket.ConnectAsync(new UnixDomainSocketEndPoint(instance.ReportsSocket), cancellation);
                        return new NetworkStream(socket, ownsSocket: true);
                    }
                    catch
                    {
                        socket.Dispose();
                        throw;
                    }
                },
            })
            .SetHandlerLifetime(Timeout.InfiniteTimeSpan)
            .RemoveAllLoggers();
    }
}
