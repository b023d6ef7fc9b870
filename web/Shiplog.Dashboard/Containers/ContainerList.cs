using Shiplog.Contracts.Views;

namespace Shiplog.Dashboard.Containers;

/// <summary>Which containers a reader sees, and in which order.</summary>
internal static class ContainerList
{
    /// <summary>Those that want attention first, then the running, then the rest; the newest first within each.</summary>
    public static IReadOnlyList<ContainerView> Of(IEnumerable<ContainerView> containers, string text, bool removedToo)
    {
        var words = text.Split(' ', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        return [.. containers
            .Where(c => (removedToo || c.State != "removed") && words.All(word => Mentions(c, word)))
            .OrderBy(Rank).ThenByDescending(c => c.CreatedAt).ThenBy(c => c.Id, StringComparer.Ordinal)];
    }

    /// <summary>It failed, and it is still there for somebody to look at.</summary>
    public static bool IsFailing(ContainerView c) => c.State switch
    {
        "dead" or "restarting" => true,
        "removed" or "removing" or "running" or "paused" => false,
        _ => c.Error is { Length: > 0 } || c.ExitCode is > 0,
    };

    /// <summary>It runs, or soon will again.</summary>
    public static bool IsUp(ContainerView c) => c.State is "running" or "paused" or "restarting";

    /// <summary>Where its address is, or was.</summary>
    public static string Place(ContainerView c) => $"{c.MacAddress} on {c.Network}{(IsUp(c) ? "" : ", when it last ran")}";

    private static int Rank(ContainerView c) => c.State switch
    {
        _ when IsFailing(c) => 0,
        "running" => 1,
        "paused" => 2,
        "created" => 3,
        "exited" => 4,
        "removing" => 5,
        _ => 6,
    };

    private static bool Mentions(ContainerView c, string word) =>
        Has(c.Name, word) || Has(c.Image, word) || Has(c.State, word) || Has(c.Command, word) || Has(c.Address, word) || Has(c.CreatedBy, word) ||
        Has(c.Network, word) || Has(c.MacAddress, word) || c.Id.StartsWith(word, StringComparison.OrdinalIgnoreCase) ||
        c.ImageId.StartsWith(word, StringComparison.OrdinalIgnoreCase);

    private static bool Has(string? text, string word) => text?.Contains(word, StringComparison.OrdinalIgnoreCase) ?? false;
}
