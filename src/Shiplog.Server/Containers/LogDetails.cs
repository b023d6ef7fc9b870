using System.Text.RegularExpressions;
using Shiplog.Domain.Containers;
using Shiplog.Domain.Containers.Rules;

namespace Shiplog.Server.Containers;

/// <summary>
/// What <c>docker logs --details</c> has before each line: the labels and variables that the log's options <c>labels</c>,
/// <c>labels-regex</c>, <c>env</c>, <c>env-regex</c> and <c>tag</c> name.
/// </summary>
internal static class LogDetails
{
    /// <summary><c>name=value,name=value</c>, in the order of the names, escaped as in a URL.</summary>
    public static string Of(Container container)
    {
        var options = container.Host?.LogOptions ?? [];
        var details = new SortedDictionary<string, string>(StringComparer.Ordinal);
        foreach (var (name, value) in container.Config?.Labels ?? [])
            Add(details, name, value, options, "labels");
        foreach (var variable in container.Config?.Env ?? [])
        {
            if (variable.Split('=', 2) is [var name, var value])
                Add(details, name, value, options, "env");
        }
        if (options.GetValueOrDefault("tag") is { Length: > 0 } tag)
            details["tag"] = LogTag.Render(tag, container);
        return string.Join(',', details.Select(d => $"{Uri.EscapeDataString(d.Key)}={Uri.EscapeDataString(d.Value)}"));
    }

    private static void Add(SortedDictionary<string, string> details, string name, string value, Dictionary<string, string> options, string option)
    {
        var named = options.GetValueOrDefault(option)?.Split(',').Select(n => n.Trim()).Contains(name) is true;
        if (named || (options.GetValueOrDefault(option + "-regex") is { Length: > 0 } pattern && Regex.IsMatch(name, pattern, RegexOptions.NonBacktracking)))
            details[name] = value;
    }
}
