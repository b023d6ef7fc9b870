using Shiplog.Domain.Images;
using Shiplog.Server.DockerApi;
using Shiplog.Server.DockerApi.Dto;
using Shiplog.Server.Store;

namespace Shiplog.Server.Images;

/// <summary>GET /images/{name}/history: newest first, with the ids of the images that commits made of each other.</summary>
internal sealed class ShowImageHistory(IEventLog log) : IDockerEndpoint
{
    public async Task HandleAsync(DockerRequest request)
    {
        var platform = PlatformQuery.Of(request, since: 48);
        var image = await log.FindImageAsync(request.Name, request.Cancellation) ?? throw DockerException.NoSuchImage(request.Name);
        PlatformQuery.Check(platform, image, request.Name);
        var known = (await log.ListImagesAsync(request.Cancellation)).ToDictionary(i => i.Id);
        var tags = ImageWire.TagsByImage(await log.ListReferencesAsync(request.Cancellation));
        await request.WriteJsonAsync(Items(image, known, tags), DockerJson.Default.HistoryItemArray);
    }

    private static HistoryItem[] Items(Image image, Dictionary<string, Image> known, ILookup<string, string> tags)
    {
        var history = ImageWire.ConfigOf(image).History;
        var ids = Ids(image, known);
        var layers = new Queue<Layer>(image.Layers);
        var items = new List<HistoryItem>();
        for (var i = 0; i < history.Length; i++)
        {
            var entry = history[i];
            var size = !entry.EmptyLayer && layers.TryDequeue(out var layer) ? layer.UnpackedSize : 0;
            var id = ids.GetValueOrDefault(i + 1);
            items.Add(new HistoryItem(
                id ?? "<missing>", entry.Created?.ToUnixTimeSeconds() ?? 0, entry.CreatedBy ?? "", id is not null && tags[id].Any() ? [.. tags[id]] : null,
                size, entry.Comment ?? ""));
        }
        // A config may come without a history; its layers are there all the same.
        while (layers.TryDequeue(out var layer))
            items.Add(new HistoryItem("<missing>", 0, "", null, layer.UnpackedSize, ""));
        items.Reverse();
        if (items is [var top, ..] && top.Id != image.Id)
            items[0] = top with { Id = image.Id, Tags = tags[image.Id].Any() ? [.. tags[image.Id]] : null };
        return [.. items];
    }

    /// <summary>By the length of history: which image's history it was, this one's or an ancestor's.</summary>
    private static Dictionary<int, string> Ids(Image image, Dictionary<string, Image> known)
    {
        var ids = new Dictionary<int, string>();
        for (var ancestor = image; ancestor is not null; ancestor = Parent(ancestor, known))
        {
            if (!ids.TryAdd(ImageWire.ConfigOf(ancestor).History.Length, ancestor.Id))
                break;
        }
        return ids;
    }

    private static Image? Parent(Image image, Dictionary<string, Image> known) =>
        image.ParentImageId is { } id ? known.GetValueOrDefault(id) : null;
}
