using Shiplog.Worker.Orders;

namespace Shiplog.Worker.Build;

/// <summary>What builds need in the worker, besides containers and images.</summary>
internal static class BuildServices
{
    public static void AddBuilds(this IServiceCollection services)
    {
        services.AddSingleton<Builds>().AddSingleton<BuildContexts>().AddSingleton<BuildDownloads>().AddSingleton<BuildSources>();
        services.AddSingleton<BuildRoots>().AddSingleton<BuildStepMaker>();
        services.AddSingleton(provider => new BuildOrders(provider.GetRequiredService<OrderRunner>(), provider.GetRequiredService<BuildStepMaker>()));
    }
}
