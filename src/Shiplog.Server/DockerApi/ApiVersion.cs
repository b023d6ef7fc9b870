using System.Buffers;
using System.Globalization;

namespace Shiplog.Server.DockerApi;

/// <summary>A version of Docker's API, as a request's path begins with it: <c>/v1.41/…</c>.</summary>
internal readonly record struct ApiVersion(int Major, int Minor) : IComparable<ApiVersion>
{
    private static readonly SearchValues<char> Digits = SearchValues.Create("0123456789.");

    /// <summary>What an unversioned request gets, and the newest that is answered.</summary>
    public static readonly ApiVersion Newest = new(1, 50);

    /// <summary>The oldest that is answered.</summary>
    public static readonly ApiVersion Oldest = new(1, 24);

    public int CompareTo(ApiVersion other) => Major != other.Major ? Major.CompareTo(other.Major) : Minor.CompareTo(other.Minor);

    public bool AtLeast(int minor) => CompareTo(new ApiVersion(1, minor)) >= 0;

    public override string ToString() => $"{Major}.{Minor}";

    /// <summary>Takes the version off the front of a path; a path without one is of the newest.</summary>
    /// <param name="rest">The path without it, with its leading slash.</param>
    /// <exception cref="DockerException">A version that is not answered.</exception>
    public static ApiVersion Strip(string path, out string rest)
    {
        rest = path;
        if (!path.StartsWith("/v", StringComparison.Ordinal) || path.IndexOf('/', 2) is not (> 2 and var end) ||
            path.AsSpan(2, end - 2).ContainsAnyExcept(Digits))
            return Newest;
        rest = path[end..];
        var text = path[2..end];
        var version = Parse(text);
        if (version.CompareTo(Oldest) < 0)
        {
            throw new DockerException(400, $"client version {text} is too old. Minimum supported API version is {Oldest}, " +
                "please upgrade your client to a newer version");
        }
        return version.CompareTo(Newest) > 0
            ? throw new DockerException(400, $"client version {text} is too new. Maximum supported API version is {Newest}")
            : version;
    }

    private static ApiVersion Parse(string text)
    {
        var parts = text.Split('.');
        return new ApiVersion(Number(parts[0]), parts.Length > 1 ? Number(parts[1]) : 0);
    }

    private static int Number(string text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : text is "" ? 0 : int.MaxValue;
}
