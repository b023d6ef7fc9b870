using System.Data.Common;
using System.Text.RegularExpressions;
using Shiplog.Contracts.Views;
using Shiplog.Domain.Images;
using Shiplog.Server.Store;

namespace Shiplog.Server.Rest;

/// <summary>Where images come from, what came of them, and what their names meant: also of images and names that are gone.</summary>
internal sealed partial class ImageLineage(StoreReader reader)
{
    // Both of a reference's events carry the image; after the second the name means none.
    private const string TagChanges =
        "select data ->> 'reference', case type when 'image_tagged' then data ->> 'imageId' end, " +
        "case type when 'image_tagged' then data ->> 'previousImageId' else data ->> 'imageId' end, " +
        "(data ->> 'at')::timestamptz, coalesce(user_name, ''), coalesce(headers ->> 'cause', ''), seq_id " +
        "from mt_events where stream_id = $1 and type in ('image_tagged', 'image_untagged') order by seq_id desc";

    /// <summary>Each change of what a name means, latest first.</summary>
    /// <param name="at">Only the one that held at this time; none where the name had not pointed anywhere by then.</param>
    public async Task<List<TagChangeView>> TagChangesAsync(ImageReference name, DateTimeOffset? at, CancellationToken cancellation)
    {
        var changes = await reader.QueryAsync(TagChanges, Change, cancellation, Streams.Reference(name.ToString()));
        return at is { } time ? [.. changes.Where(c => c.At <= time).Take(1)] : changes;
    }

    /// <param name="nameOrId">A name, or an id or the beginning of one; of a removed image too.</param>
    /// <param name="at">What the name meant at this time; without it, what it means, or meant last.</param>
    /// <returns><see langword="null"/> where there never was one.</returns>
    /// <exception cref="AmbiguousIdException">It is the beginning of more than one id.</exception>
    public async Task<ImageLineageView?> FindAsync(string nameOrId, DateTimeOffset? at, CancellationToken cancellation)
    {
        var images = await ImagesAsync(cancellation);
        if (await IdOfAsync(nameOrId, at, images, cancellation) is not { } id)
            return null;
        var names = await NamesAsync(cancellation);
        var tree = Tree(images.Values);
        RelativeView[] ancestors = [.. tree.AncestorsOf(id).Select(k => View(images[k.Id], names, k.Distance, k.Inferred))];
        return new ImageLineageView(
            View(images[id], names, 0, tree.IsInferred(id)),
            ancestors,
            [.. tree.DescendantsOf(id).Select(k => View(images[k.Id], names, k.Distance, k.Inferred))],
            [.. await ArrivalsAsync(id, cancellation)]);
    }

    /// <returns>The id; <see langword="null"/> where there never was such an image.</returns>
    /// <exception cref="AmbiguousIdException">It is the beginning of more than one id.</exception>
    public async Task<string?> FindIdAsync(string nameOrId, CancellationToken cancellation) =>
        await IdOfAsync(nameOrId, null, await ImagesAsync(cancellation), cancellation);

    /// <summary>The commits that led to the image, as a Dockerfile; <see langword="null"/> where there never was one.</summary>
    /// <inheritdoc cref="FindAsync"/>
    public async Task<string?> DockerfileAsync(string nameOrId, DateTimeOffset? at, CancellationToken cancellation)
    {
        var images = await ImagesAsync(cancellation);
        if (await IdOfAsync(nameOrId, at, images, cancellation) is not { } id)
            return null;
        var tree = Tree(images.Values);
        // As far down as the log itself tells: what was made elsewhere is what one starts from.
        var line = new List<string>();
        foreach (var kin in tree.AncestorsOf(id).Prepend(new Kin(id, 0, tree.IsInferred(id))))
        {
            line.Insert(0, kin.Id);
            if (kin.Inferred)
                break;
        }
        var states = (await reader.DocumentsAsync<ImageSnapshot>(
            "select data from mt_doc_image where id = any($1)", cancellation, [line.Select(Streams.Image).ToArray()])).ToDictionary(i => i.State.Id, i => i.State);
        var names = await NamesAsync(cancellation);
        return EffectiveDockerfile.Write(
            states[line[0]], await PulledAsAsync(line[0], cancellation) ?? line[0],
            line.Skip(1).Select(i => new CommitStep(
                states[i], images[i].Container ?? images[i].ContainerId ?? "a container", names.GetValueOrDefault(i).Name, images[i].By)));
    }

    /// <summary>The name by which the image can be pulled again, with its digest; <see langword="null"/> where it never was.</summary>
    private async Task<string?> PulledAsAsync(string id, CancellationToken cancellation) => (await reader.QueryAsync(
        "select data ->> 'reference', coalesce(data ->> 'indexDigest', data ->> 'manifestDigest') from mt_events " +
        "where stream_id = $1 and type = 'image_pulled' order by seq_id desc limit 1",
        row => $"{ImageReference.Parse(row.GetString(0)).Repository}@{row.GetString(1)}", cancellation, Streams.Image(id))).FirstOrDefault();

    /// <summary>The ids of the image and of all that was made of it; <see langword="null"/> where there never was one.</summary>
    /// <exception cref="AmbiguousIdException">It is the beginning of more than one id.</exception>
    public async Task<IReadOnlySet<string>?> LineOfAsync(string nameOrId, CancellationToken cancellation)
    {
        var images = await ImagesAsync(cancellation);
        return await IdOfAsync(nameOrId, null, images, cancellation) is { } id
            ? Tree(images.Values).DescendantsOf(id).Select(k => k.Id).Append(id).ToHashSet()
            : null;
    }

    private static FamilyTree Tree(IEnumerable<Known> images) => new(images.Select(i => new Relative(i.Id, i.ParentId, i.Chain)));

    private async Task<string?> IdOfAsync(string nameOrId, DateTimeOffset? at, Dictionary<string, Known> images, CancellationToken cancellation)
    {
        if (ImageReference.TryParse(nameOrId, out var name, out _) && await TagChangesAsync(name, at, cancellation) is [var change, ..] &&
            (at is null ? change.ImageId ?? change.PreviousImageId : change.ImageId) is { } named)
            return images.ContainsKey(named) ? named : null;
        var digits = nameOrId.StartsWith("sha256:", StringComparison.Ordinal) ? nameOrId[7..] : nameOrId;
        if (!HexDigits().IsMatch(digits))
            return null;
        return images.Keys.Where(id => id.StartsWith("sha256:" + digits, StringComparison.Ordinal)).Take(2).ToArray() switch
        {
            [] => null,
            [var one] => one,
            _ => throw new AmbiguousIdException($"more than one image has an id that begins with {digits}; give more of it"),
        };
    }

    /// <summary>Every image that there ever was, oldest first.</summary>
    private async Task<Dictionary<string, Known>> ImagesAsync(CancellationToken cancellation) => (await reader.QueryAsync(
        """
        select i.state ->> 'id', i.state ->> 'parentImageId', i.state ->> 'origin', i.state ->> 'fromContainerId', c.data ->> 'name',
          (i.state ->> 'present')::boolean, (i.state ->> 'recordedAt')::timestamptz, i.by,
          array(select layer ->> 'chainId' from jsonb_array_elements(i.state -> 'layers') with ordinality l(layer, place) order by place)
        from (select data -> 'state' as state, coalesce(data ->> 'recordedBy', '') as by from mt_doc_image) i
        left join mt_doc_container c on c.id = 'container/' || (i.state ->> 'fromContainerId')
        where i.state ->> 'id' <> '' order by 7, 1
        """, Image, cancellation)).ToDictionary(i => i.Id);

    /// <summary>What each image is called, or was called last.</summary>
    private async Task<Dictionary<string, (string Name, bool Now)>> NamesAsync(CancellationToken cancellation)
    {
        var names = new Dictionary<string, (string, bool)>();
        // A name that points to the image now goes before one that did.
        foreach (var (image, name, now) in await reader.QueryAsync(
            """
            select e.data ->> 'imageId', e.data ->> 'reference', r.id is not null from mt_events e
            left join mt_doc_reference r on r.id = e.stream_id and r.data -> 'state' ->> 'imageId' = e.data ->> 'imageId'
            where e.type = 'image_tagged' order by r.id is null, e.seq_id desc
            """, row => (row.GetString(0), row.GetString(1), row.GetBoolean(2)), cancellation))
            names.TryAdd(image, (ImageReference.TryParse(name, out var reference, out _) ? reference.Familiar : name, now));
        return names;
    }

    private Task<List<ArrivalView>> ArrivalsAsync(string id, CancellationToken cancellation) => reader.QueryAsync(
        """
        select case when data ->> 'importedFrom' is not null then 'imported' else replace(type, 'image_', '') end, coalesce(data ->> 'reference', data -> 'references' ->> 0), coalesce(data ->> 'registry', data ->> 'importedFrom'), data ->> 'manifestDigest',
          (data ->> 'at')::timestamptz, coalesce(user_name, ''), coalesce(headers ->> 'cause', ''), seq_id
        from mt_events where stream_id = $1 and type in ('image_pulled', 'image_loaded', 'image_committed', 'image_built') order by seq_id
        """,
        row => new ArrivalView(
            row.GetString(0), Text(row, 1), Text(row, 2), row.GetString(3), row.GetFieldValue<DateTimeOffset>(4), row.GetString(5), row.GetString(6),
            row.GetInt64(7)),
        cancellation, Streams.Image(id));

    private static TagChangeView Change(DbDataReader row) => new(
        row.GetString(0), Text(row, 1), Text(row, 2), row.GetFieldValue<DateTimeOffset>(3), row.GetString(4), row.GetString(5), row.GetInt64(6));

    private static Known Image(DbDataReader row) => new(
        row.GetString(0), Text(row, 1), row.GetString(2), Text(row, 3), Text(row, 4), row.GetBoolean(5), row.GetFieldValue<DateTimeOffset>(6),
        row.GetString(7), row.GetFieldValue<string[]>(8));

    private static string? Text(DbDataReader row, int column) => row.IsDBNull(column) ? null : row.GetString(column);

    private static RelativeView View(Known i, Dictionary<string, (string Name, bool Now)> names, int distance, bool inferred) => new(
        i.Id, names.GetValueOrDefault(i.Id).Name, names.GetValueOrDefault(i.Id).Now, distance, inferred, i.Origin, i.ContainerId, i.Container, i.Present, i.At, i.By);

    [GeneratedRegex("^[0-9a-f]{1,64}\\z")]
    private static partial Regex HexDigits();

    private sealed record Known(
        string Id, string? ParentId, string Origin, string? ContainerId, string? Container, bool Present, DateTimeOffset At, string By, string[] Chain);
}
