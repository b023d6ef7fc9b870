using Shiplog.Contracts.Views;
using Shiplog.Dashboard.Shared;

namespace Shiplog.Dashboard.Images;

/// <summary>Images and their family tree, read over REST.</summary>
internal sealed class ImagesService(RestClient rest)
{
    /// <summary>All that ever were, the removed ones too.</summary>
    /// <exception cref="RestException">The server did not give it.</exception>
    public async Task<IReadOnlyList<ImageView>> ListAsync(CancellationToken cancellation) =>
        await rest.GetAsync<ImageView[]>("api/v1/images?all=true", cancellation);

    /// <exception cref="RestException">The server did not give it.</exception>
    public Task<LineageView> LineageAsync(CancellationToken cancellation) => rest.GetAsync<LineageView>("api/v1/lineage", cancellation);
}
