namespace Shiplog.Dashboard.Shared;

/// <summary>Ids and references as people write them.</summary>
public static class Ids
{
    /// <summary>The first twelve digits, without the algorithm.</summary>
    public static string Short(string id)
    {
        var digits = id.StartsWith("sha256:", StringComparison.Ordinal) ? id[7..] : id;
        return digits.Length > 12 ? digits[..12] : digits;
    }

    /// <summary>Without Docker Hub's own prefix: <c>busybox:latest</c>.</summary>
    public static string Familiar(string reference) =>
        Without(Without(reference, "docker.io/library/"), "docker.io/");

    private static string Without(string text, string prefix) =>
        text.StartsWith(prefix, StringComparison.Ordinal) ? text[prefix.Length..] : text;
}
