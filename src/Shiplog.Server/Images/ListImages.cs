using System.Text.RegularExpressions;
using Shiplog.Domain.Images;
using Shiplog.Server.DockerApi;
using Shiplog.Server.DockerApi.Dto;
using Shiplog.Server.Store;

namespace Shiplog.Server.Images;

/// <summary>GET /images/json</summary>
internal sealed class ListImages(IEventLog log, TimeProvider time) : IDockerEndpoint
{
    public async Task HandleAsync(DockerRequest request)
    {
        var filters = Filters.Read(request.Query("filters"), "reference", "dangling", "label", "before", "since", "until");
        if (!request.Version.AtLeast(41) && request.Query("filter") is { } filter)
            filters.Add("reference", filter);
        if (filters["dangling"] is [var dangling, ..] && dangling is not ("1" or "0" or "true" or "false"))
            throw DockerException.Invalid($"invalid filter 'dangling=[{dangling}]'");
        var images = await log.ListImagesAsync(request.Cancellation);
        var tags = ImageWire.TagsByImage(await log.ListReferencesAsync(request.Cancellation));
        var (newest, oldest) = (await CreatedAsync("before", filters, request), await CreatedAsync("since", filters, request));
        if (filters["until"] is [var until, ..] && DockerTime.Parse(until, time.GetUtcNow()) is { } end)
            newest = newest is { } bound && bound < end ? bound : end;
        var sharing = request.Flag("shared-size") ? new LayerSharing(images) : null;
        var items = new List<ImageSummary>();
        foreach (var image in images)
        {
            var created = ImageWire.ConfigOf(image).Created ?? DateTimeOffset.UnixEpoch;
            var names = tags[image.Id].ToArray();
            if ((newest is { } n && created >= n) || (oldest is { } o && created <= o) || !Passes(image, names, filters, images, request, out var shown))
                continue;
            items.Add(ImageWire.Summary(image, shown, request) with { SharedSize = sharing?.SharedSize(image) ?? -1 });
        }
        await request.WriteJsonAsync([.. items.OrderByDescending(i => i.Created)], DockerJson.Default.ImageSummaryArray);
    }

    private async Task<DateTimeOffset?> CreatedAsync(string key, Filters filters, DockerRequest request) => filters[key] is not [var name, ..]
        ? null
        : ImageWire.ConfigOf(await log.FindImageAsync(name, request.Cancellation) ?? throw DockerException.NoSuchImage(name)).Created;

    private static bool Passes(
        Image image, string[] names, Filters filters, IReadOnlyList<Image> all, DockerRequest request, out string[] shown)
    {
        shown = names;
        if (!filters.Labels("label", ImageWire.ConfigOf(image).Config.Labels))
            return false;
        if (filters["reference"] is not [] and var patterns)
        {
            shown = [.. names.Where(n => patterns.Any(p => Fits(p, n)))];
            return shown is not [];
        }
        var dangling = names is [] && image.RepoDigests is [] && !all.Any(i => i.ParentImageId == image.Id);
        if (filters["dangling"] is [var wanted, ..])
            return dangling == (wanted is "true" or "1");
        // An image without a name that another was committed from is shown only on demand.
        return request.Flag("all") || names is not [] || image.RepoDigests is not [] || dangling;
    }

    private static bool Fits(string pattern, string name)
    {
        var repository = name[..name.LastIndexOf(':')];
        return Matches(pattern, name) || Matches(pattern, repository) ||
            (ImageReference.TryParse(pattern, out var reference, out _) &&
                (repository == reference.FamiliarRepository && (pattern.LastIndexOf(':') <= pattern.LastIndexOf('/') || reference.Familiar == name)));
    }

    /// <summary>As a shell matches a path: <c>*</c> and <c>?</c> stand for no slash.</summary>
    private static bool Matches(string pattern, string text) => Regex.IsMatch(
        text, "^" + Regex.Escape(pattern).Replace("\\*", "[^/]*", StringComparison.Ordinal).Replace("\\?", "[^/]", StringComparison.Ordinal) + "\\z",
        RegexOptions.CultureInvariant | RegexOptions.NonBacktracking);
}
