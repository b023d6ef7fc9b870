using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Routing.Matching;

namespace Shiplog.Dashboard;

/// <summary>Marks what belongs to the dashboard.</summary>
internal sealed class DashboardEndpoint;

/// <summary>
/// <c>/events</c> and <c>/containers/{id}</c> are the dashboard's pages on TCP and the Docker API's on a unix socket. Which
/// is meant, the connection says.
/// </summary>
internal sealed class TcpOnlyPolicy : MatcherPolicy, IEndpointSelectorPolicy
{
    // Before the framework's own policies: they would call two pages on one path ambiguous.
    public override int Order => -10_000;

    public bool AppliesToEndpoints(IReadOnlyList<Endpoint> endpoints) => endpoints.Any(IsDashboard);

    public Task ApplyAsync(HttpContext httpContext, CandidateSet candidates)
    {
        var overTcp = httpContext.Connection.LocalIpAddress is not null;
        var ours = overTcp && Enumerable.Range(0, candidates.Count).Any(i => candidates.IsValidCandidate(i) && IsDashboard(candidates[i].Endpoint));
        for (var i = 0; i < candidates.Count; i++)
            if (IsDashboard(candidates[i].Endpoint) != ours)
                candidates.SetValidity(i, false);
        return Task.CompletedTask;
    }

    private static bool IsDashboard(Endpoint endpoint) => endpoint.Metadata.GetMetadata<DashboardEndpoint>() is not null;
}
