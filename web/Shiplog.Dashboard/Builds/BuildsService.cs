using Shiplog.Contracts.Views;
using Shiplog.Dashboard.Shared;

namespace Shiplog.Dashboard.Builds;

/// <summary>Builds of images, read over REST.</summary>
internal sealed class BuildsService(RestClient rest)
{
    /// <summary>Latest first, those under way and those that failed too.</summary>
    /// <exception cref="RestException">The server did not give it.</exception>
    public async Task<IReadOnlyList<BuildView>> ListAsync(CancellationToken cancellation) => await rest.GetAsync<BuildView[]>("api/v1/builds", cancellation);

    /// <exception cref="RestException">There never was one, or the server did not give it.</exception>
    public Task<BuildDetailView> FindAsync(string id, CancellationToken cancellation) =>
        rest.GetAsync<BuildDetailView>("api/v1/builds/" + Uri.EscapeDataString(id), cancellation);

    /// <summary>The tone of a build's badge.</summary>
    public static string Tone(BuildView build) => build.Status switch { "completed" => "good", "failed" => "bad", _ => "wait" };
}
