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

    /// <param name="nameOrId">Of a removed image too.</param>
    /// <exception cref="RestException">There never was one, or the server did not give it.</exception>
    public async Task<ImageStory> StoryAsync(string nameOrId, CancellationToken cancellation)
    {
        var (lineage, all) = (rest.GetAsync<ImageLineageView>("api/v1/images/lineage?image=" + Uri.EscapeDataString(nameOrId), cancellation), ListAsync(cancellation));
        await Task.WhenAll(lineage, all);
        var id = lineage.Result.Image.Id;
        var image = all.Result.Single(i => i.Id == id);
        var (layers, missing) = await LayersAsync(image, cancellation);
        var stack = layers is null ? [] : LayerStacking.Of(lineage.Result, layers, all.Result.ToDictionary(i => i.Id, i => i.Layers));
        var dockerfile = image.Origin is not ("committed" or "built") ? "" : await rest.GetTextAsync("api/v1/images/dockerfile?image=" + id, cancellation);
        return new ImageStory(image, lineage.Result, layers, missing, stack, dockerfile);
    }

    /// <param name="layer">The lowest is 1.</param>
    /// <exception cref="RestException">The server did not give it.</exception>
    public Task<LayerFileView[]> FilesAsync(string imageId, int layer, CancellationToken cancellation) =>
        rest.GetAsync<LayerFileView[]>($"api/v1/images/layers/files?image={imageId}&layer={layer}", cancellation);

    // Without its files there is still a story to tell.
    private async Task<(ImageLayersView?, string?)> LayersAsync(ImageView image, CancellationToken cancellation)
    {
        if (image.RemovedAt is not null)
            return (null, "The image has been removed, and its files with it.");
        try
        {
            return (await rest.GetAsync<ImageLayersView>("api/v1/images/layers?image=" + image.Id, cancellation), null);
        }
        catch (RestException e)
        {
            return (null, $"Its layers cannot be read now: {e.Message}");
        }
    }
}
