using System.Globalization;
using Shiplog.Contracts;
using Shiplog.Domain.Containers;
using Shiplog.Domain.Images;
using Shiplog.Server.DockerApi;
using Shiplog.Server.DockerApi.Dto;
using Shiplog.Server.Store;

namespace Shiplog.Server.Containers;

/// <summary>GET /containers/json</summary>
internal sealed class ListContainers(IEventLog log, ContainerMeasure measure, Instance instance, TimeProvider time) : IDockerEndpoint
{
    private static readonly string[] States = ["created", "running", "paused", "restarting", "removing", "exited", "dead"];
    private static readonly string[] Healths = ["starting", "healthy", "unhealthy", "none"];

    public async Task HandleAsync(DockerRequest request)
    {
        var filters = Filters.Read(
            request.Query("filters"), "id", "name", "label", "status", "ancestor", "exited", "network", "before", "since", "is-task",
            "health", "expose", "publish", "volume");
        foreach (var status in filters["status"].Where(s => !States.Contains(s)))
            throw DockerException.Invalid($"invalid filter 'status={status}': invalid value for state ({status}): must be one of {string.Join(", ", States)}");
        foreach (var health in filters["health"].Where(h => !Healths.Contains(h)))
            throw DockerException.Invalid($"Unrecognised filter value for health: {health}");
        var codes = filters["exited"].Select(Code).ToArray();
        var (exposed, published) = (PortFilter.Read(filters, "expose"), PortFilter.Read(filters, "publish"));
        var containers = await log.ListContainersAsync(request.Cancellation);
        var found = Between(containers, filters, request).Where(c => Passes(c, filters, codes) && exposed.Fits(c.Config?.ExposedPorts ?? []) && published.Fits(c.Ports.Select(p => $"{p.HostPort}/{p.Protocol}")));
        found = await OfAncestorsAsync(found, filters["ancestor"], request.Cancellation);
        var limit = request.Number("limit") is { } number and > 0 ? number : int.MaxValue;
        if (!request.Flag("all") && limit == int.MaxValue && !filters.Has("status"))
            found = found.Where(c => c.IsUp);
        var names = ImageNames.Of(await log.ListReferencesAsync(request.Cancellation));
        var now = time.GetUtcNow();
        var items = new List<ContainerSummary>();
        foreach (var c in found.Take(limit))
        {
            var item = ContainerWire.Summary(c, names.Shown(c), instance, now);
            items.Add(request.Flag("size") ? await measure.InAsync(item, c, request.Cancellation) : item);
        }
        await request.WriteJsonAsync([.. items], DockerJson.Default.ContainerSummaryArray);
    }

    private static bool Passes(Container c, Filters filters, int[] codes) =>
        filters.Prefix("id", c.Id) &&
        (filters.Match("name", c.Name) || filters.Match("name", "/" + c.Name)) &&
        filters.Labels("label", c.Config?.Labels ?? []) &&
        filters.Exact("status", ContainerWire.State(c)) &&
        (!filters.Has("exited") || (!c.IsUp && c.StartedAt is not null && codes.Contains(c.ExitCode))) &&
        filters.Exact("health", c.Health ?? "none") &&
        (filters.Exact("network", c.Host?.NetworkMode) || NetworksOf(c).Any(n => filters.Exact("network", n.Name) || filters.Prefix("network", n.Id))) &&
        (!filters.Has("volume") || c.Mounts.Any(m => filters.Exact("volume", m.Name) || filters.Exact("volume", m.Destination) || filters.Exact("volume", m.Source))) &&
        filters["is-task"].All(t => t is "false" or "0");

    private static IEnumerable<(string Id, string Name)> NetworksOf(Container c) =>
        (c.Networks?.Select(n => (n.NetworkId, n.NetworkName)) ?? []).Concat(c.Places.Select(p => (p.Endpoint.NetworkId, p.Endpoint.NetworkName)));

    private static int Code(string text) => int.TryParse(text, CultureInfo.InvariantCulture, out var code)
        ? code
        : throw DockerException.Invalid($"invalid filter 'exited={text}'");

    /// <summary>Newest first: what comes after <c>before</c> in the list, down to <c>since</c>.</summary>
    private static IEnumerable<Container> Between(IReadOnlyList<Container> all, Filters filters, DockerRequest request)
    {
        var before = filters["before"] is [var b, ..] ? b : request.Query("before");
        var since = filters["since"] is [var s, ..] ? s : request.Query("since");
        IEnumerable<Container> found = all;
        if (before is not null && Known(all, before) is var upper)
            found = found.SkipWhile(c => c.Id != upper.Id).Skip(1);
        return since is not null && Known(all, since) is var lower ? found.TakeWhile(c => c.Id != lower.Id) : found;
    }

    private static Container Known(IReadOnlyList<Container> all, string idOrName) =>
        all.FirstOrDefault(c => c.Name == idOrName.TrimStart('/') || c.Id.StartsWith(idOrName, StringComparison.Ordinal))
        ?? throw DockerException.NoSuchContainer(idOrName);

    /// <summary>Made from one of these images, or from one that was committed on top of it.</summary>
    private async Task<IEnumerable<Container>> OfAncestorsAsync(
        IEnumerable<Container> found, IReadOnlyList<string> ancestors, CancellationToken cancellation)
    {
        if (ancestors is [])
            return found;
        var images = await log.ListImagesAsync(cancellation);
        var family = new HashSet<string>();
        foreach (var ancestor in ancestors)
        {
            if (await log.FindImageAsync(ancestor, cancellation) is { } image)
                family.Add(image.Id);
        }
        while (images.Any(i => i.ParentImageId is { } parent && family.Contains(parent) && family.Add(i.Id)))
        {
        }
        return found.Where(c => family.Contains(c.ImageId));
    }
}

/// <summary>Which image each name points to now.</summary>
internal sealed class ImageNames
{
    private readonly Dictionary<string, string> _images;

    private ImageNames(Dictionary<string, string> images) => _images = images;

    public static ImageNames Of(IReadOnlyList<Reference> references) => new(references.ToDictionary(r => r.Name, r => r.ImageId ?? ""));

    /// <summary>The image as it was named, while the name still means it; then its id.</summary>
    public string Shown(Container c)
    {
        if (c.ImageId.StartsWith(c.ImageReference, StringComparison.Ordinal) || c.ImageId["sha256:".Length..].StartsWith(c.ImageReference, StringComparison.Ordinal))
            return c.ImageReference;
        return ImageReference.TryParse(c.ImageReference, out var reference, out _) &&
            (reference.Digest is not null || _images.GetValueOrDefault(reference.ToString()) == c.ImageId)
            ? c.ImageReference
            : c.ImageId;
    }
}
