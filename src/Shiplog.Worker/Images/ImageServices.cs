using Shiplog.Contracts;
using Shiplog.Worker.Images.Archives;
using Shiplog.Worker.Images.Content;
using Shiplog.Worker.Images.Progress;
using Shiplog.Worker.Images.Registry;
using Shiplog.Worker.Layers;
using Shiplog.Worker.Lifecycle;
using Shiplog.Worker.Orders;

namespace Shiplog.Worker.Images;

/// <summary>What images need in the worker. Needs the instance, the clock, <see cref="IContainerAccess"/> and the orders.</summary>
internal static class ImageServices
{
    public static void AddImages(this IServiceCollection services)
    {
        services.AddSingleton<ILayerUsers, ContainerLayers>();
        services.AddSingleton<ContentStore>().AddSingleton<LayerIntake>().AddSingleton(provider => new RegistryHttp(
            Path.Combine(provider.GetRequiredService<Instance>().Home, "certs.d"), RegistryHttp.DockersFolder)).AddSingleton<ImageLookup>();
        services.AddSingleton<ImagePuller>().AddSingleton<ImagePusher>().AddSingleton<ChildImages>().AddSingleton<ImageCommitter>().AddSingleton<ProgressHub>();
        services.AddSingleton<ImageSaver>().AddSingleton<ImageLoader>().AddSingleton<ImageImporter>().AddSingleton<LayerContents>().AddSingleton<LoadCommand>();
        services.AddSingleton(provider => new ImageOrders(
            provider.GetRequiredService<OrderRunner>(), provider.GetRequiredService<ImagePuller>(), provider.GetRequiredService<ImagePusher>(), provider.GetRequiredService<ImageCommitter>(),
            provider.GetRequiredService<ContentStore>(), provider.GetRequiredService<ProgressHub>(), provider.GetRequiredService<TimeProvider>()));
        services.AddHostedService<StoreOpening>();
    }

    /// <summary>Opens the store before the first order, so that what an earlier life left half done goes at once.</summary>
    private sealed class StoreOpening(IServiceProvider services) : IHostedService
    {
        public Task StartAsync(CancellationToken cancellationToken)
        {
            services.GetRequiredService<ContentStore>();
            return Task.CompletedTask;
        }

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
