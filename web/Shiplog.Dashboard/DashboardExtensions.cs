using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Shiplog.Dashboard.Builds;
using Shiplog.Dashboard.Containers;
using Shiplog.Dashboard.Events;
using Shiplog.Dashboard.Images;
using Shiplog.Dashboard.Layout;
using Shiplog.Dashboard.Shared;

namespace Shiplog.Dashboard;

/// <summary>Hosts the dashboard in a server.</summary>
public static class DashboardExtensions
{
    /// <summary>Adds the dashboard. Nothing of it is loaded before somebody opens a page.</summary>
    /// <param name="restBase">Where the REST API is: <c>http://127.0.0.1:8080/</c>.</param>
    /// <param name="handler">Makes the handler that reaches it, once, for other ways than TCP; <see langword="null"/> for TCP.</param>
    public static IServiceCollection AddDashboard(
        this IServiceCollection services, Uri restBase, Func<IServiceProvider, HttpMessageHandler>? handler = null) =>
        services.AddSingleton(outer => new DashboardHost(outer, pages => pages.AddPages(
            _ => new RestClient(handler?.Invoke(outer) ?? new SocketsHttpHandler { UseProxy = false }, restBase))));

    /// <summary>
    /// Serves pages and static files wherever no other endpoint does, from a publish folder or from the build's output.
    /// Where the Docker API is served it must not be: the caller says so to the result.
    /// </summary>
    public static IEndpointConventionBuilder MapDashboard(this WebApplication app) =>
        app.MapFallback("/{**path}", app.Services.GetRequiredService<DashboardHost>().ServeAsync).WithDisplayName("dashboard");

    /// <summary>What the pages themselves need, in whatever renders them.</summary>
    internal static IServiceCollection AddPages(this IServiceCollection services, Func<IServiceProvider, RestClient> rest)
    {
        services.TryAddSingleton(TimeProvider.System);
        services.AddSingleton(rest);
        services.AddSingleton<LiveEvents>().AddSingleton<Ticker>().AddSingleton<Handover>().AddSingleton<EngineService>();
        services.AddSingleton<ContainersService>().AddSingleton<ImagesService>().AddSingleton<BuildsService>().AddSingleton<EventsService>().AddSingleton<ContainerNames>();
        return services;
    }
}
