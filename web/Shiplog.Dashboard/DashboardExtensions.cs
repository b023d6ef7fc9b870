using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Components.Server;
using Microsoft.AspNetCore.DataProtection.KeyManagement;
using Microsoft.AspNetCore.Hosting.StaticWebAssets;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Radzen;
using Shiplog.Dashboard.Containers;
using Shiplog.Dashboard.Events;
using Shiplog.Dashboard.Images;
using Shiplog.Dashboard.Layout;
using Shiplog.Dashboard.Shared;

namespace Shiplog.Dashboard;

/// <summary>Hosts the dashboard in a server.</summary>
public static class DashboardExtensions
{
    // A page that lost its connection is worth keeping for a moment, not for long: memory.
    private const int RetainedCircuits = 8;
    private static readonly TimeSpan RetainedFor = TimeSpan.FromMinutes(1);

    /// <summary>Adds what the dashboard's pages need. Nothing runs before the first page is opened.</summary>
    /// <param name="restBase">Where the REST API is: <c>http://127.0.0.1:8080/</c>.</param>
    /// <param name="handler">Makes the handler that reaches it, once, for other ways than TCP; <see langword="null"/> for TCP.</param>
    public static IServiceCollection AddDashboard(
        this IServiceCollection services, Uri restBase, Func<IServiceProvider, HttpMessageHandler>? handler = null)
    {
        services.AddRazorComponents().AddInteractiveServerComponents(ConfigureCircuits);
        services.Configure<KeyManagementOptions>(InMemoryKeys.Use);
        return services.AddPages(s => new RestClient(handler?.Invoke(s) ?? new SocketsHttpHandler { UseProxy = false }, restBase));
    }

    /// <summary>What the pages themselves need, in whatever renders them.</summary>
    internal static IServiceCollection AddPages(this IServiceCollection services, Func<IServiceProvider, RestClient> rest)
    {
        services.AddScoped<TooltipService>().AddScoped<DialogService>().AddScoped<ContextMenuService>();
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton(rest);
        services.AddSingleton<LiveEvents>().AddSingleton<Ticker>().AddSingleton<Handover>().AddSingleton<EngineService>();
        services.AddSingleton<ContainersService>().AddSingleton<ImagesService>().AddSingleton<EventsService>().AddSingleton<ContainerNames>();
        return services;
    }

    /// <summary>
    /// Maps pages and static files, from a publish folder or from the build's output. What the caller adds to the result
    /// applies to all of them: where the Docker API is served, these paths must not be.
    /// </summary>
    public static IEndpointConventionBuilder MapDashboard(this WebApplication app)
    {
        // Outside Development and before a publish, the files lie where the build's manifest says.
        StaticWebAssetsLoader.UseStaticWebAssets(app.Environment, app.Configuration);
        app.UseMiddleware<BrowserGuard>();
        var files = app.MapStaticAssets();
        var pages = app.MapRazorComponents<App>()
            .AddInteractiveServerRenderMode(o => o.ContentSecurityFrameAncestorsPolicy = null)
            .WithStaticAssets()
            // Pages are read only: they have no form to forge.
            .DisableAntiforgery();
        return new Endpoints([files, pages]).WithMetadata(new DashboardEndpoint());
    }

    private sealed class Endpoints(IEndpointConventionBuilder[] parts) : IEndpointConventionBuilder
    {
        public void Add(Action<EndpointBuilder> convention) => Array.ForEach(parts, p => p.Add(convention));

        public void Finally(Action<EndpointBuilder> finalConvention) => Array.ForEach(parts, p => p.Finally(finalConvention));
    }

    private static void ConfigureCircuits(CircuitOptions circuits)
    {
        circuits.DisconnectedCircuitMaxRetained = RetainedCircuits;
        circuits.DisconnectedCircuitRetentionPeriod = RetainedFor;
    }
}
