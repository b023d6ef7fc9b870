using System.Net.Http.Json;
using System.Text.Json;
using Shiplog.Contracts.Orders;
using Shiplog.Contracts.Views;
using Shiplog.Domain.Images;
using Shiplog.Server.DockerApi;
using Shiplog.Server.Orders;
using Shiplog.Server.Store;

namespace Shiplog.Server.Rest;

/// <summary>What the layers of an image hold: which files each adds, changes and removes, and how much nobody sees any more.</summary>
internal sealed class ImageLayers(StoreReader reader, ImageLineage lineage, IWorker worker)
{
    /// <returns><see langword="null"/> where there never was such an image.</returns>
    /// <exception cref="DockerException">Its files are not here any more.</exception>
    /// <exception cref="WorkerAwayException">The worker does not answer.</exception>
    public async Task<ImageLayersView?> FindAsync(string nameOrId, CancellationToken cancellation)
    {
        if (await ImageAsync(nameOrId, cancellation) is not { } image)
            return null;
        var contents = await AskAsync<LayerContent>($"{WorkerStreams.ImageLayers}?image={image.Id}", cancellation);
        // What made no layer has none.
        var history = ImageConfig.TryParse(image.ConfigJson, out var config) ? config.History.Where(h => !h.EmptyLayer).ToArray() : [];
        var layers = image.Layers.Zip(contents).Select((l, i) => new ImageLayerView(
            i + 1, l.First.Digest, l.First.DiffId, l.First.ChainId, l.First.Size, l.First.UnpackedSize,
            history.ElementAtOrDefault(i)?.Created, history.ElementAtOrDefault(i)?.CreatedBy, history.ElementAtOrDefault(i)?.Comment,
            l.Second.Added, l.Second.Modified, l.Second.Removed, l.Second.Wasted)).ToArray();
        return new ImageLayersView(image.Id, layers, layers.Sum(l => l.Wasted));
    }

    /// <param name="layer">The lowest is 1.</param>
    /// <inheritdoc cref="FindAsync"/>
    public async Task<LayerFileView[]?> FilesAsync(string nameOrId, int layer, CancellationToken cancellation)
    {
        if (await ImageAsync(nameOrId, cancellation) is not { } image)
            return null;
        return await FilesAsync($"{WorkerStreams.LayerFiles}?image={image.Id}&layer={layer}", cancellation);
    }

    /// <summary>What a container of one image sees that one of another does not, and the other way round.</summary>
    /// <returns>A missing image is named in place of the files.</returns>
    /// <inheritdoc cref="FindAsync"/>
    public async Task<(LayerFileView[]? Files, string? Missing)> CompareAsync(string from, string to, CancellationToken cancellation)
    {
        if (await ImageAsync(from, cancellation) is not { } before)
            return (null, from);
        if (await ImageAsync(to, cancellation) is not { } after)
            return (null, to);
        return (await FilesAsync($"{WorkerStreams.ImageDiff}?from={before.Id}&to={after.Id}", cancellation), null);
    }

    private async Task<LayerFileView[]> FilesAsync(string path, CancellationToken cancellation) =>
        [.. (await AskAsync<LayerFile>(path, cancellation)).Select(f => new LayerFileView(f.Path, f.Kind switch { 0 => "modified", 1 => "added", _ => "removed" }, f.Size))];

    private async Task<Image?> ImageAsync(string nameOrId, CancellationToken cancellation)
    {
        if (await lineage.FindIdAsync(nameOrId, cancellation) is not { } id)
            return null;
        var image = (await reader.DocumentsAsync<ImageSnapshot>("select data from mt_doc_image where id = $1", cancellation, Streams.Image(id))).Single().State;
        return image.Present ? image : throw new DockerException(
            StatusCodes.Status410Gone, $"image {nameOrId} has been removed, and its files with it; its story is at images/lineage");
    }

    private async Task<T[]> AskAsync<T>(string path, CancellationToken cancellation)
    {
        using var answer = await WorkerStream.GetAsync(worker, path, cancellation);
        return await answer.Content.ReadFromJsonAsync<T[]>(JsonSerializerOptions.Web, cancellation) ?? throw new InvalidDataException("the worker answered with nothing");
    }
}
