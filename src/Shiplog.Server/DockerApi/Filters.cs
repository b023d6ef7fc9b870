using System.Text.Json;
using System.Text.RegularExpressions;

namespace Shiplog.Server.DockerApi;

/// <summary>The <c>filters</c> of a list: <c>{"name":["a","b"]}</c>, or the older <c>{"name":{"a":true}}</c>.</summary>
internal sealed class Filters
{
    private readonly Dictionary<string, List<string>> _values = [];

    /// <exception cref="DockerException">It is neither form, or has a key that this list does not know.</exception>
    public static Filters Read(string? json, params ReadOnlySpan<string> known)
    {
        var filters = new Filters();
        if (string.IsNullOrEmpty(json))
            return filters;
        try
        {
            using var document = JsonDocument.Parse(json);
            foreach (var key in document.RootElement.EnumerateObject())
            {
                if (!known.Contains(key.Name))
                    throw DockerException.Invalid($"invalid filter '{key.Name}'");
                foreach (var value in Values(key.Value))
                    filters.Add(key.Name, value);
            }
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            throw DockerException.Invalid("invalid filter");
        }
        return filters;
    }

    public void Add(string key, string value)
    {
        if (!_values.TryGetValue(key, out var values))
            _values[key] = values = [];
        values.Add(value);
    }

    public IReadOnlyList<string> this[string key] => _values.TryGetValue(key, out var values) ? values : [];

    public bool Has(string key) => _values.ContainsKey(key);

    /// <summary>Not asked for, or one of the values is this.</summary>
    public bool Exact(string key, string? value) => !Has(key) || (value is not null && this[key].Contains(value));

    /// <summary>Not asked for, or this begins with one of the values.</summary>
    public bool Prefix(string key, string? value) =>
        !Has(key) || (value is not null && this[key].Any(v => value.StartsWith(v, StringComparison.Ordinal)));

    /// <summary>Not asked for, or one of the values is this, or a regular expression that is found in it.</summary>
    public bool Match(string key, string value) => !Has(key) || this[key].Any(v => v == value || Finds(v, value));

    /// <summary>Not asked for, or all values (<c>key</c>, <c>key=value</c>) are among these.</summary>
    public bool Labels(string key, IReadOnlyDictionary<string, string> labels) => this[key].All(wanted => Has(labels, wanted));

    /// <summary>Not asked for, or none of the values (<c>key</c>, <c>key=value</c>) is among these.</summary>
    public bool NoLabels(string key, IReadOnlyDictionary<string, string> labels) => !this[key].Any(unwanted => Has(labels, unwanted));

    private static bool Has(IReadOnlyDictionary<string, string> labels, string wanted)
    {
        var (name, value) = wanted.IndexOf('=', StringComparison.Ordinal) is >= 0 and var at
            ? (wanted[..at], wanted[(at + 1)..])
            : (wanted, null);
        return labels.TryGetValue(name, out var has) && (value is null || has == value);
    }

    private static IEnumerable<string> Values(JsonElement element) => element.ValueKind == JsonValueKind.Array
        ? element.EnumerateArray().Select(v => v.GetString() ?? "")
        : element.EnumerateObject().Where(v => v.Value.ValueKind == JsonValueKind.True).Select(v => v.Name);

    private static bool Finds(string pattern, string text)
    {
        try
        {
            // No backtracking: the pattern comes from outside.
            return Regex.IsMatch(text, pattern, RegexOptions.CultureInvariant | RegexOptions.NonBacktracking);
        }
        catch (Exception e) when (e is ArgumentException or NotSupportedException)
        {
            return false;
        }
    }
}
