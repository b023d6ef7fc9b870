using System.Diagnostics;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Components.Server;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.StaticWebAssets;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Shiplog.Dashboard.Shared;

namespace Shiplog.Dashboard;

/// <summary>
/// The dashboard as a small application inside the server's, with services and routes of its own, built when the first
/// browser comes: Blazor and SignalR take some 35 MB, which a server that nobody looks at shall not spend.
/// </summary>
internal sealed class DashboardHost : IAsyncDisposable
{
    // A page that lost its connection is worth keeping for a moment, not for long: memory.
    private const int RetainedCircuits = 8;
    private static readonly TimeSpan RetainedFor = TimeSpan.FromMinutes(1);

    private readonly Lazy<(ServiceProvider Services, RequestDelegate Pipeline)> _application;

    public DashboardHost(IServiceProvider outer, Action<IServiceCollection> addPages) => _application = new(() =>
    {
        var services = Services(outer, addPages);
        // Our own request for the live log would keep the server that it asks from stopping.
        outer.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping.Register(services.GetRequiredService<LiveEvents>().Dispose);
        return (services, Pipeline(services));
    });

    public async Task ServeAsync(HttpContext context)
    {
        var (services, pipeline) = _application.Value;
        var outer = context.RequestServices;
        await using var scope = services.CreateAsyncScope();
        // The inner routing chooses again.
        context.SetEndpoint(null);
        context.Request.RouteValues.Clear();
        context.RequestServices = scope.ServiceProvider;
        try
        {
            await pipeline(context);
        }
        finally
        {
            context.RequestServices = outer;
        }
    }

    public ValueTask DisposeAsync() => _application.IsValueCreated ? _application.Value.Services.DisposeAsync() : ValueTask.CompletedTask;

    private static ServiceProvider Services(IServiceProvider outer, Action<IServiceCollection> addPages)
    {
        var services = new ServiceCollection();
        Share<IConfiguration>(outer, services);
        Share<IWebHostEnvironment>(outer, services);
        Share<IHostEnvironment>(outer, services);
        Share<IHostApplicationLifetime>(outer, services);
        Share<DiagnosticListener>(outer, services);
        Share<DiagnosticSource>(outer, services);
        Share<ILoggerFactory>(outer, services);
        services.TryAddSingleton(typeof(ILogger<>), typeof(Logger<>));
        if (outer.GetService<TimeProvider>() is { } clock)
            services.AddSingleton(clock);
        services.AddMetrics();
        services.AddRazorComponents().AddInteractiveServerComponents(ConfigureCircuits);
        // What is protected here, a page's way to its circuit, does not outlive the process: neither need the key.
        services.Replace(ServiceDescriptor.Singleton<IDataProtectionProvider, EphemeralDataProtectionProvider>());
        addPages(services);
        return services.BuildServiceProvider();
    }

    private static void Share<T>(IServiceProvider outer, IServiceCollection services) where T : class => services.AddSingleton(outer.GetRequiredService<T>());

    private static RequestDelegate Pipeline(IServiceProvider services)
    {
        // Outside Development and before a publish, the files lie where the build's manifest says.
        StaticWebAssetsLoader.UseStaticWebAssets(services.GetRequiredService<IWebHostEnvironment>(), services.GetRequiredService<IConfiguration>());
        var app = new ApplicationBuilder(services);
        app.UseMiddleware<BrowserGuard>();
        // A page is for a reader: anything but a read of what is not there gets the bare status.
        app.UseWhen(
            context => HttpMethods.IsGet(context.Request.Method) || HttpMethods.IsHead(context.Request.Method),
            pages => pages.UseStatusCodePagesWithReExecute("/not-found", createScopeForStatusCodePages: true));
        app.UseRouting();
        app.UseEndpoints(endpoints =>
        {
            endpoints.MapStaticAssets();
            endpoints.MapRazorComponents<App>()
                .AddInteractiveServerRenderMode(o => o.ContentSecurityFrameAncestorsPolicy = null)
                .WithStaticAssets()
                // Pages are read only: they have no form to forge.
                .DisableAntiforgery();
        });
        return app.Build();
    }

    private static void ConfigureCircuits(CircuitOptions circuits)
    {
        circuits.DisconnectedCircuitMaxRetained = RetainedCircuits;
        circuits.DisconnectedCircuitRetentionPeriod = RetainedFor;
    }
}
