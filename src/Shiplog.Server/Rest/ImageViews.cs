using Shiplog.Contracts.Views;
using Shiplog.Domain.Images;
using Shiplog.Server.Store;

namespace Shiplog.Server.Rest;

/// <summary>Images as REST shows them, and how they and the containers descend from one another.</summary>
internal sealed class ImageViews(StoreReader reader)
{
    /// <summary>Newest first.</summary>
    /// <param name="removed">With those whose content is gone.</param>
    public async Task<List<ImageView>> ListAsync(bool removed, CancellationToken cancellation)
    {
        var names = await NamesAsync(cancellation);
        var images = await reader.DocumentsAsync<ImageSnapshot>(
            "select data from mt_doc_image where $1 or (data -> 'state' ->> 'present')::boolean order by data -> 'state' ->> 'recordedAt' desc",
            cancellation, removed);
        // A removal asked for of an image that never was leaves a stream without an image.
        return [.. images.Where(i => i.State.Id is not "").Select(i => View(i, names))];
    }

    /// <summary>image → container → commit → image, over the whole history.</summary>
    public async Task<LineageView> LineageAsync(CancellationToken cancellation)
    {
        var names = await NamesAsync(cancellation);
        var images = await reader.DocumentsAsync<ImageSnapshot>("select data from mt_doc_image", cancellation);
        var containers = await reader.DocumentsAsync<ContainerSnapshot>("select data from mt_doc_container", cancellation);
        var histories = await reader.DocumentsAsync<ContainerHistory>("select data from mt_doc_container_history", cancellation);
        LineageNode[] nodes = [
            .. from i in images
               where i.State.Id is not ""
               select new LineageNode(i.State.Id, "image", Label(i.State, names), i.State.Present ? "present" : "removed", i.State.RecordedAt),
            .. from c in containers
               select new LineageNode(c.State.Id, "container", c.Name, ContainerViews.StateOf(c.State), c.State.CreatedAt)];
        LineageEdge[] edges = [
            .. from h in histories
               from edge in EdgesOf(h)
               orderby edge.Sequence
               select edge];
        var known = nodes.Select(n => n.Id).ToHashSet();
        return new LineageView(nodes, [.. edges.Where(e => known.Contains(e.From) && known.Contains(e.To))]);
    }

    private static IEnumerable<LineageEdge> EdgesOf(ContainerHistory history)
    {
        var container = Streams.IdOf(history.Id);
        yield return new LineageEdge(history.ImageId, container, "run", history.Sequence);
        foreach (var commit in history.Commits)
            yield return new LineageEdge(container, commit.ImageId, "commit", commit.Sequence);
    }

    private async Task<ILookup<string, string>> NamesAsync(CancellationToken cancellation) =>
        (await reader.DocumentsAsync<ReferenceSnapshot>("select data from mt_doc_reference where data -> 'state' ->> 'imageId' is not null order by id", cancellation))
        .ToLookup(r => r.State.ImageId!, r => r.State.Name);

    private static ImageView View(ImageSnapshot snapshot, ILookup<string, string> names)
    {
        var i = snapshot.State;
        return new ImageView(
            i.Id, i.Origin, [.. names[i.Id].Select(Familiar)], i.ParentImageId, i.FromContainerId, i.Author, i.Comment,
            i.Layers.Sum(l => l.UnpackedSize), i.Layers.Length, i.RecordedAt, i.RemovedAt, snapshot.RecordedBy);
    }

    private static string Label(Image image, ILookup<string, string> names) =>
        names[image.Id].Select(Familiar).FirstOrDefault() ?? (image.Id.Length > 19 ? image.Id[7..19] : image.Id);

    private static string Familiar(string name) => ImageReference.TryParse(name, out var reference, out _) ? reference.Familiar : name;
}
