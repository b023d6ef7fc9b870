using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Routing.Matching;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace Shiplog.Server.Hosting;

/// <summary>Where the server listens. What is reachable on one listener does not exist on another.</summary>
[Flags]
internal enum Listener
{
    /// <summary>Nowhere.</summary>
    None = 0,

    /// <summary>The unix socket of the docker CLI: Docker's API and REST.</summary>
    Docker = 1,

    /// <summary>The unix socket of the worker: its reports and nothing else.</summary>
    Reports = 2,

    /// <summary>TCP on loopback: dashboard and REST, never Docker's API.</summary>
    Http = 4,
}

/// <summary>On which listeners an endpoint is served. An endpoint that does not say is served nowhere.</summary>
internal sealed record ServedOn(Listener Listeners);

/// <summary>Which listener a connection came by.</summary>
internal static class ListenerExtensions
{
    private sealed record Arrival(Listener Listener);

    /// <summary>Serve these endpoints on these listeners.</summary>
    public static TBuilder ServedOn<TBuilder>(this TBuilder endpoints, Listener listeners) where TBuilder : IEndpointConventionBuilder =>
        endpoints.WithMetadata(new ServedOn(listeners));

    /// <summary>The listener that the request's connection came by.</summary>
    public static Listener Listener(this HttpContext context) => context.Features.Get<Arrival>()?.Listener ?? Hosting.Listener.None;

    /// <summary>Marks all connections of this listener.</summary>
    public static ListenOptions As(this ListenOptions options, Listener listener)
    {
        var arrival = new Arrival(listener);
        options.Use(next => connection =>
        {
            // Kestrel shows a connection's features to each of its requests.
            connection.Features.Set(arrival);
            return next(connection);
        });
        return options;
    }

    /// <summary>Drops connections of peers that are neither root nor this server's own user.</summary>
    public static ListenOptions OnlyFromRootOrSelf(this ListenOptions options, ILogger log)
    {
        options.Use(next => connection =>
        {
            var socket = connection.Features.Get<IConnectionSocketFeature>()?.Socket;
            if (socket is not null && PeerCredentials.Of(socket) is var peer && (peer.Uid == 0 || peer.Uid == PeerCredentials.OwnUid))
                return next(connection);
            HostingLog.PeerRefused(log, options.ToString() ?? "");
            connection.Abort(new ConnectionAbortedException("the peer is neither root nor this server's user"));
            return Task.CompletedTask;
        });
        return options;
    }
}

/// <summary>
/// Takes the endpoints that this listener does not serve out of the choice, before routes are compared: a Docker path and
/// a dashboard page may be alike.
/// </summary>
internal sealed class ListenerPolicy : MatcherPolicy, IEndpointSelectorPolicy
{
    public override int Order => int.MinValue;

    public bool AppliesToEndpoints(IReadOnlyList<Endpoint> endpoints) => true;

    public Task ApplyAsync(HttpContext httpContext, CandidateSet candidates)
    {
        var listener = httpContext.Listener();
        for (var i = 0; i < candidates.Count; i++)
        {
            var served = candidates[i].Endpoint?.Metadata.GetMetadata<ServedOn>()?.Listeners ?? Listener.None;
            if ((served & listener) == Listener.None)
                candidates.SetValidity(i, false);
        }
        return Task.CompletedTask;
    }
}
