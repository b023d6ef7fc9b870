using System.IO.Pipelines;
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
        // A busy machine is no reason to fail: what is waited for comes, or does not.
        DefaultWaitTimeout = TimeSpan.FromSeconds(30);
        Services.AddLogging();
        Services.AddPages(_ => Rest.Client);
        SetRendererInfo(new RendererInfo("Server", isInteractive: true));
        JSInterop.Mode = JSRuntimeMode.Loose;
        Rest.Give("/api/v1/status", new StatusView("1.2.3", "harbor", true, true, "/run/shiplog/docker.sock", 12, 0));
        Rest.Give("/api/v1/events", Array.Empty<EventView>());
        Rest.Give("/api/v1/images", Array.Empty<ImageView>());
        Rest.Give("/api/v1/lineage", new LineageView([], []));
    }

    // Without it there is no live log, and a page stays as it was first read: a test may click without looking out.
    internal PipeWriter GoLive()
    {
        var pipe = new Pipe();
        Rest.Answer("/api/v1/events/stream", _ => new HttpResponseMessage { Content = new StreamContent(pipe.Reader.AsStream()) });
        return pipe.Writer;
    }

    internal void Go(string address) => Services.GetRequiredService<NavigationManager>().NavigateTo(address);
}
