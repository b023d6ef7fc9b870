using System.Globalization;
using Microsoft.Win32.SafeHandles;
using Shiplog.Worker.Linux;

namespace Shiplog.Worker.Runtime;

/// <summary>Who a container's program runs as.</summary>
/// <param name="Groups">
/// Supplementary groups, the primary one among them: without it a program could shed it with setgroups(2) and pass for
/// somebody outside the group.
/// </param>
internal sealed record ContainerUser(uint Uid, uint Gid, uint[] Groups, string Home)
{
    // Ten times any real file; a hostile image's is refused before it is read.
    private const int FileLimit = 10 << 20;
    private const uint LargestId = int.MaxValue;

    /// <summary>Reads the image's own user and group files, which are not to be trusted, beneath its root.</summary>
    /// <param name="groupAdd">Names or numbers of further groups.</param>
    /// <exception cref="FormatException">The user or group is not in them.</exception>
    /// <exception cref="InvalidDataException">A file is not a regular one or too large.</exception>
    public static ContainerUser Resolve(string spec, string rootFs, string[]? groupAdd = null)
    {
        using var root = Files.OpenPath(rootFs);
        return Resolve(spec, root, groupAdd);
    }

    /// <inheritdoc cref="Resolve(string, string, string[])"/>
    public static ContainerUser Resolve(string spec, SafeFileHandle root, string[]? groupAdd = null) =>
        Resolve(spec, Read(root, "etc/passwd"), Read(root, "etc/group"), groupAdd);

    /// <param name="spec"><c>name|uid[:group|gid]</c>, empty for root.</param>
    internal static ContainerUser Resolve(string spec, IEnumerable<string[]> passwd, IEnumerable<string[]> group, string[]? groupAdd = null)
    {
        var user = ResolveUser(spec, passwd, group);
        return groupAdd is null ? user : user with { Groups = [.. user.Groups.Concat(groupAdd.Select(g => FindGroup(g, group))).Distinct()] };
    }

    private static ContainerUser ResolveUser(string spec, IEnumerable<string[]> passwd, IEnumerable<string[]> group)
    {
        var colon = spec.IndexOf(':', StringComparison.Ordinal);
        var (userPart, groupPart) = colon < 0 ? (spec, "") : (spec[..colon], spec[(colon + 1)..]);
        if (userPart.Length == 0)
            userPart = "0";

        // A number is never looked up as a name: an image could give the name "1000" to root.
        var number = ParseId(userPart);
        var entry = passwd.FirstOrDefault(p => p.Length >= 6 && (number is { } uid ? IsId(p[2], uid) : p[0] == userPart));
        if (entry is null && number is null)
            throw new FormatException($"unable to find user {userPart}: no matching entries in passwd file");

        var uidOf = entry is null ? number!.Value : Id(entry[2], "passwd");
        var gid = entry is null ? 0 : Id(entry[3], "passwd");
        var home = entry is null || entry[5].Length == 0 ? "/" : entry[5];
        if (groupPart.Length > 0)
        {
            var explicitGid = FindGroup(groupPart, group);
            return new ContainerUser(uidOf, explicitGid, [explicitGid], home);
        }

        var groups = entry is null
            ? []
            : group.Where(g => g.Length >= 4 && g[3].Split(',').Contains(entry[0])).Select(g => Id(g[2], "group"));
        return new ContainerUser(uidOf, gid, [.. groups.Prepend(gid).Distinct()], home);
    }

    private static uint FindGroup(string name, IEnumerable<string[]> group) =>
        ParseId(name)
        ?? (group.FirstOrDefault(g => g.Length >= 3 && g[0] == name) is { } entry
            ? Id(entry[2], "group")
            : throw new FormatException($"unable to find group {name}: no matching entries in group file"));

    private static uint Id(string text, string file) =>
        ParseId(text) ?? throw new FormatException($"the container's {file} file has {text} where an id between 0 and {LargestId} belongs");

    // A line that is out of range is nobody's business but his whom it is about.
    private static bool IsId(string text, uint id) =>
        uint.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var other) && other == id;

    private static uint? ParseId(string text)
    {
        if (!text.All(char.IsAsciiDigit) || text.Length == 0)
            return null;
        return uint.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var id) && id <= LargestId
            ? id
            : throw new FormatException($"uids and gids must be in range 0-{LargestId}, not {text}");
    }

    /// <summary>The lines of a user or group file, as fields; none where there is no file.</summary>
    /// <exception cref="InvalidDataException">It is not a regular file, or too large.</exception>
    internal static List<string[]> Read(SafeFileHandle root, string path) =>
        [.. (Files.ReadInRoot(root, path, FileLimit) ?? "").Split('\n').Where(l => l.Length > 0 && l[0] != '#').Select(l => l.Split(':'))];
}
