using System.Text.RegularExpressions;
using Shiplog.Domain.Containers;
using Shiplog.Domain.Images;
using Shiplog.Domain.Networks;

namespace Shiplog.Server.Store;

internal sealed partial class EventLog
{
    private const int ShortestPrefix = 1;

    public async Task<Container?> FindContainerAsync(string idOrName, CancellationToken cancellation)
    {
        var name = idOrName.TrimStart('/');
        var found = await reader.DocumentsAsync<ContainerSnapshot>(
            """
            select data from mt_doc_container
            where not (data ->> 'removed')::boolean and (id = $1 or data ->> 'name' = $2 or id like $3)
            order by id = $1 desc, data ->> 'name' = $2 desc limit 2
            """, cancellation, Streams.Container(name), name, Streams.Container(HexPrefix(name)) + "%");
        return Choose(found.ConvertAll(s => s.State), name, c => c.Id == name || c.Name == name, "container");
    }

    public async Task<(Container Container, Exec Exec)?> FindExecAsync(string execId, CancellationToken cancellation)
    {
        if (ExecId.ContainerPrefix(execId) is not { } prefix)
            return null;
        var found = await reader.DocumentsAsync<ContainerSnapshot>(
            "select data from mt_doc_container where not (data ->> 'removed')::boolean and id like $1", cancellation, Streams.Container(prefix) + "%");
        if (found is not [{ State: var container }, ..])
            return null;
        // The state keeps the last ones only, the stream all of them.
        var exec = container.Exec(execId) ?? (await reader.EventsAsync(
            "select type, data::text from mt_events where stream_id = $1 and data ->> 'execId' = $2 order by version", cancellation,
            Streams.Container(container.Id), execId)).Aggregate((Exec?)null, Exec.Apply);
        return exec is null ? null : (container, exec);
    }

    public async Task<IReadOnlyList<Container>> ListContainersAsync(CancellationToken cancellation) =>
        (await reader.DocumentsAsync<ContainerSnapshot>(
            "select data from mt_doc_container where not (data ->> 'removed')::boolean order by data -> 'state' ->> 'createdAt' desc", cancellation))
        .ConvertAll(s => s.State);

    public async Task<Image?> FindImageAsync(string referenceOrId, CancellationToken cancellation)
    {
        if (ImageReference.TryParse(referenceOrId, out var reference, out _)
            && await ByReferenceAsync(reference, cancellation) is { } named)
            return named;
        var digest = referenceOrId.StartsWith("sha256:", StringComparison.Ordinal) ? referenceOrId[7..] : referenceOrId;
        if (!HexDigits().IsMatch(digest))
            return null;
        var id = "sha256:" + digest;
        var found = await reader.DocumentsAsync<ImageSnapshot>(
            "select data from mt_doc_image where (data -> 'state' ->> 'present')::boolean and id like $1 order by id = $2 desc limit 2",
            cancellation, Streams.Image(id) + "%", Streams.Image(id));
        return Choose(found.ConvertAll(s => s.State), referenceOrId, i => i.Id == id, "image");
    }

    public async Task<IReadOnlyList<Image>> ListImagesAsync(CancellationToken cancellation) =>
        (await reader.DocumentsAsync<ImageSnapshot>(
            "select data from mt_doc_image where (data -> 'state' ->> 'present')::boolean order by data -> 'state' ->> 'recordedAt' desc", cancellation))
        .ConvertAll(s => s.State);

    public async Task<IReadOnlyList<Reference>> ListReferencesAsync(CancellationToken cancellation) =>
        (await reader.DocumentsAsync<ReferenceSnapshot>(
            "select data from mt_doc_reference where data -> 'state' ->> 'imageId' is not null order by id", cancellation))
        .ConvertAll(s => s.State);

    public async Task<Network?> FindNetworkAsync(string nameOrId, CancellationToken cancellation) =>
        (await ListNetworksAsync(cancellation)).FirstOrDefault(n => n.Id == nameOrId || n.Name == nameOrId);

    public async Task<IReadOnlyList<Network>> ListNetworksAsync(CancellationToken cancellation) =>
        (await reader.DocumentsAsync<NetworkSnapshot>("select data from mt_doc_network where coalesce(data -> 'state' ->> 'status', 'Present') in ('Present', 'Removing') order by id", cancellation)).ConvertAll(s => s.State);

    /// <summary>By tag where there is one; else, or besides, by a digest that a registry knows the image under.</summary>
    private async Task<Image?> ByReferenceAsync(ImageReference reference, CancellationToken cancellation)
    {
        var found = reference.Digest is { } digest
            ? await reader.DocumentsAsync<ImageSnapshot>(
                "select data from mt_doc_image where (data -> 'state' ->> 'present')::boolean and data -> 'state' -> 'repoDigests' ? $1 limit 1",
                cancellation, $"{reference.Repository}@{digest}")
            : await reader.DocumentsAsync<ImageSnapshot>(
                """
                select i.data from mt_doc_reference r join mt_doc_image i on i.id = 'image/' || (r.data -> 'state' ->> 'imageId')
                where r.id = $1 and (i.data -> 'state' ->> 'present')::boolean
                """, cancellation, Streams.Reference(reference.ToString()));
        return found.FirstOrDefault()?.State;
    }

    private static T? Choose<T>(List<T> found, string wanted, Func<T, bool> exact, string kind) where T : class => found switch
    {
        [] => null,
        [var one] => one,
        [var first, ..] when exact(first) => first,
        _ => throw new AmbiguousIdException($"more than one {kind} has an id that begins with {wanted}; give more of it"),
    };

    /// <summary>What cannot be the beginning of an id becomes something that no id begins with.</summary>
    private static string HexPrefix(string text) => text.Length >= ShortestPrefix && HexDigits().IsMatch(text) ? text : "-";

    [GeneratedRegex("^[0-9a-f]{1,64}$")]
    private static partial Regex HexDigits();
}
