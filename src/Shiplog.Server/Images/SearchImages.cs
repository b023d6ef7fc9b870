using System.Globalization;
using Shiplog.Contracts.Orders;
using Shiplog.Server.DockerApi;
using Shiplog.Server.DockerApi.Dto;
using Shiplog.Server.Orders;

namespace Shiplog.Server.Images;

/// <summary>GET /images/search: by Docker Hub's index, or by that of the registry which the term begins with.</summary>
internal sealed class SearchImages(IWorker worker) : IDockerEndpoint
{
    private const int Default = 25, Most = 100;

    public async Task HandleAsync(DockerRequest request)
    {
        var filters = Filters.Read(request.Query("filters"), "is-automated", "is-official", "stars");
        var (official, automated, stars) = (Flag(filters, "is-official"), Flag(filters, "is-automated"), Stars(filters));
        var search = Search(request.Query("term") ?? "", Limit(request), RegistryAuth.Of(request.Http.Request));
        var found = await WorkerStream.AskAsync<IndexSearch, FoundRepository[]>(worker, WorkerStreams.SearchIndex, search, request.Cancellation);
        var passing = found.Where(f => f.Stars >= stars && (official ?? f.IsOfficial) == f.IsOfficial && (automated ?? f.IsAutomated) == f.IsAutomated);
        await request.WriteJsonAsync(
            [.. passing.Select(f => new FoundImage(f.Stars, f.IsOfficial, f.Name, f.IsAutomated, f.Description))], DockerJson.Default.FoundImageArray);
    }

    private static IndexSearch Search(string term, int limit, RegistryCredentials? credentials)
    {
        if (term.Contains("://", StringComparison.Ordinal))
            throw DockerException.Invalid("invalid reference format: a search term has no scheme (ex: \"registry.domain.tld/myrepos\")");
        var slash = term.IndexOf('/', StringComparison.Ordinal);
        var first = slash < 0 ? "" : term[..slash];
        // By the rule that tells a registry from a part of the path.
        if (first.Contains('.', StringComparison.Ordinal) || first.Contains(':', StringComparison.Ordinal) || first == "localhost")
            return new IndexSearch(first is "index.docker.io" ? "docker.io" : first, term[(slash + 1)..], limit, credentials);
        return new IndexSearch("docker.io", first == "library" ? term[(slash + 1)..] : term, limit, credentials);
    }

    private static int Limit(DockerRequest request)
    {
        if (request.Query("limit") is not { Length: > 0 } text || text == "0")
            return Default;
        if (!int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var limit))
            throw DockerException.Invalid($"strconv.Atoi: parsing \"{text}\": invalid syntax");
        return limit is >= 1 and <= Most ? limit : throw DockerException.Invalid($"limit {limit} is outside the range of [1, {Most}]");
    }

    private static bool? Flag(Filters filters, string key) => filters[key] switch
    {
        [] => null,
        ["1" or "true"] => true,
        ["0" or "false"] => false,
        var other => throw DockerException.Invalid($"invalid filter '{key}=[{string.Join(' ', other)}]'"),
    };

    private static int Stars(Filters filters) => filters["stars"].Select(text =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var stars) ? stars : throw DockerException.Invalid($"invalid filter 'stars=[{text}]'")).DefaultIfEmpty().Max();
}
