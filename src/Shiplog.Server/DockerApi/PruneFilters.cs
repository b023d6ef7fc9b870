namespace Shiplog.Server.DockerApi;

/// <summary>What all kinds of pruning have in common.</summary>
internal static class PruneFilters
{
    /// <summary>The cause of each removal, by which the events tell it from one that was asked for by name.</summary>
    public const string Cause = "prune";

    /// <summary>Only what was made before then; the end of time where nothing is said.</summary>
    /// <exception cref="DockerException">There are several, or it is no time.</exception>
    public static DateTimeOffset Until(Filters filters, DateTimeOffset now) => filters["until"] switch
    {
        [] => DateTimeOffset.MaxValue,
        [var text] => DockerTime.Parse(text, now) ?? DateTimeOffset.MaxValue,
        _ => throw DockerException.Invalid("more than one until filter specified"),
    };

    /// <summary>Has all that <c>label</c> names, and nothing that <c>label!</c> names.</summary>
    public static bool Labels(Filters filters, IReadOnlyDictionary<string, string> labels) =>
        filters.Labels("label", labels) && filters.NoLabels("label!", labels);
}
