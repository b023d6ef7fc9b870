namespace Shiplog.Domain.Mounts;

/// <summary>Paths as text, by the rules of Go's <c>path.Clean</c>, which is what Docker's clients expect to see again.</summary>
public static class ContainerPath
{
    /// <summary>Without <c>.</c>, <c>..</c>, doubled and trailing slashes; <c>..</c> of the root is the root.</summary>
    public static string Clean(string path)
    {
        var rooted = path.StartsWith('/');
        var parts = new List<string>();
        foreach (var part in path.Split('/'))
        {
            if (part is "" or ".")
                continue;
            if (part is not "..")
                parts.Add(part);
            else if (parts is [.., not ".."])
                parts.RemoveAt(parts.Count - 1);
            else if (!rooted)
                parts.Add(part);
        }
        var clean = (rooted ? "/" : "") + string.Join('/', parts);
        return clean is "" ? "." : clean;
    }

    /// <summary>Whether it stays below where it starts, told from its text alone.</summary>
    public static bool IsLocal(string path) => path is not "" && !path.StartsWith('/') && Clean(path) is var clean && clean is not ".." && !clean.StartsWith("../", StringComparison.Ordinal);

    /// <summary>Whether the second is the first or is below it; both clean.</summary>
    public static bool Contains(string folder, string path) =>
        path == folder || path.StartsWith(folder is "/" ? folder : folder + "/", StringComparison.Ordinal);
}
