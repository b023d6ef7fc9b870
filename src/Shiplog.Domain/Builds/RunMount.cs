using System.Diagnostics.CodeAnalysis;
using System.Text;
using Shiplog.Domain.Images;

namespace Shiplog.Domain.Builds;

/// <summary>One <c>RUN --mount=…</c> (Dockerfile reference, "RUN --mount").</summary>
/// <param name="Type">bind, cache, tmpfs, secret or ssh.</param>
/// <param name="From">A stage or an image; absent for the build's context, of a cache for an empty folder.</param>
/// <param name="Source">In <paramref name="From"/>; of a secret its id.</param>
/// <param name="Target">As it is written: where it is not absolute, seen from the working directory; absent, it is that.</param>
/// <param name="Size">The most that a tmpfs takes, in bytes; 0 for no limit of its own.</param>
/// <param name="Id">Of a cache, a secret or an ssh agent.</param>
/// <param name="Sharing">shared, private or locked; absent where nothing is said.</param>
/// <param name="Required">Without the secret or the agent the instruction fails.</param>
/// <param name="Env">The variable that holds the secret; empty for its id; absent where a file holds it.</param>
/// <param name="Mode">Permissions.</param>
public sealed record RunMount(
    string Type, string? From, string? Source, string? Target, bool ReadOnly, long Size, string? Id, string? Sharing, bool Required, string? Env,
    uint? Mode, uint? Uid, uint? Gid)
{
    /// <summary>Reads one mount; variables are put into its values.</summary>
    /// <param name="text">The flag's value: <c>type=cache,target=/x</c>.</param>
    /// <param name="fault">Why not, in BuildKit's words.</param>
    public static bool TryParse(
        string text, Func<string, string?> variables, char escape, [NotNullWhen(true)] out RunMount? mount, [NotNullWhen(false)] out string? fault)
    {
        (mount, fault) = (null, null);
        if (!TryFields(text, out var fields, out fault))
            return false;
        var reader = new RunMountReader();
        foreach (var field in fields)
        {
            var (key, value) = field.Split('=', 2) is [var k, var v] ? (k.ToLowerInvariant(), v) : (field.ToLowerInvariant(), null);
            if (value is not null && !Words.TryExpand(value, variables, escape, out value, out fault))
                return false;
            if (reader.Take(key, value, field) is { } wrong)
            {
                fault = wrong;
                return false;
            }
        }
        fault = reader.Finish(out var read);
        mount = fault is null ? read : null;
        return mount is not null;
    }

    /// <summary>What is wrong with a mount, as far as that can be told before variables are known.</summary>
    internal static string? Fault(string text)
    {
        if (FromOf(text) is { } from && from.IndexOf('$', StringComparison.Ordinal) is >= 0 and var at && at != from.Length - 1)
            return "'from' doesn't support variable expansion, define alias stage instead";
        if (text.Contains('$', StringComparison.Ordinal))
            return TryFields(text, out _, out var open) ? null : open;
        return TryParse(text, _ => null, '\\', out _, out var fault) ? null : fault;
    }

    /// <summary>The stage or image that it names; <see langword="null"/> where it names none.</summary>
    internal static string? FromOf(string text) =>
        TryFields(text, out var fields, out _) && fields.FindLast(f => f.StartsWith("from=", StringComparison.OrdinalIgnoreCase)) is { Length: > 5 } from
            ? from[5..] : null;

    /// <summary>A line of comma separated values: what has a comma or a quote in it stands in quotes, quotes in those are doubled (RFC 4180).</summary>
    private static bool TryFields(string text, out List<string> fields, [NotNullWhen(false)] out string? fault)
    {
        (fields, fault) = ([], null);
        for (var at = 0; at <= text.Length;)
        {
            if (at == text.Length || text[at] != '"')
            {
                var comma = text.IndexOf(',', at);
                var end = comma < 0 ? text.Length : comma;
                fields.Add(text[at..end]);
                at = end + 1;
                continue;
            }
            var field = new StringBuilder();
            for (at++; at < text.Length && (text[at] != '"' || at + 1 < text.Length && text[at + 1] == '"'); at++)
            {
                field.Append(text[at]);
                if (text[at] == '"')
                    at++;
            }
            if (at++ >= text.Length || at < text.Length && text[at] != ',')
            {
                fault = $"failed to parse csv mounts: a quote is open or stands inside a value in {Words.Quoted(text)}";
                return false;
            }
            fields.Add(field.ToString());
            at++;
        }
        return true;
    }
}
