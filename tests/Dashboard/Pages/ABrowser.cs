using Bunit;
using Microsoft.AspNetCore.Components;
using Microsoft.Extensions.DependencyInjection;
using Shiplog.Contracts.Views;

namespace Shiplog.Dashboard.Tests.Pages;

/// <summary>Pages over a REST API without a server, with all of the dashboard's own services.</summary>
public abstract class ABrowser : BunitContext
{
    internal ARest Rest { get; } = new();

    protected ABrowser()
    {
        Services.AddLogging();
        Services.AddPages(_ => Rest.Client);
        SetRendererInfo(new RendererInfo("Server", isInteractive: true));
        JSInterop.Mode = JSRuntimeMode.Loose;
        Rest.Give("/api/v1/status", new StatusView("1.2.3", "harbor", true, true, "/run/shiplog/docker.sock", 12, 0));
        Rest.Give("/api/v1/events", Array.Empty<EventView>());
        Rest.Give("/api/v1/images", Array.Empty<ImageView>());
        Rest.Give("/api/v1/lineage", new LineageView([], []));
        // A live log on which nothing comes.
        Rest.Answer("/api/v1/events/stream", _ => new HttpResponseMessage { Content = new StreamContent(new System.IO.Pipelines.Pipe().Reader.AsStream()) });
    }

    internal void Go(string address) => Services.GetRequiredService<NavigationManager>().NavigateTo(address);
}
