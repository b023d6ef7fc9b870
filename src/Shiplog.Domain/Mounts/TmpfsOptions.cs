using System.Collections.Frozen;
using System.Globalization;

namespace Shiplog.Domain.Mounts;

/// <summary>The options of a tmpfs: Docker's own ones, then those asked for, of which the last of a kind counts.</summary>
public static class TmpfsOptions
{
    // A word, and what it is the opposite of or another form of.
    private static readonly FrozenDictionary<string, string> Flags = new Dictionary<string, string>
    {
        ["exec"] = "exec",
        ["noexec"] = "exec",
        ["suid"] = "suid",
        ["nosuid"] = "suid",
        ["dev"] = "dev",
        ["nodev"] = "dev",
        ["ro"] = "access",
        ["rw"] = "access",
        ["sync"] = "sync",
        ["async"] = "sync",
        ["dirsync"] = "dirsync",
        ["atime"] = "atime",
        ["noatime"] = "atime",
        ["relatime"] = "atime",
        ["norelatime"] = "atime",
        ["strictatime"] = "atime",
        ["nostrictatime"] = "atime",
        ["diratime"] = "diratime",
        ["nodiratime"] = "diratime",
    }.ToFrozenDictionary();

    private static readonly FrozenSet<string> Values = FrozenSet.Create("size", "mode", "uid", "gid", "nr_inodes", "nr_blocks", "mpol");

    /// <summary>Of <c>--tmpfs /run:rw,size=64k</c>; <see langword="null"/>, and why, where one is none.</summary>
    public static string[]? Parse(string options, out string error)
    {
        (error, string[] given) = ("", options is "" ? [] : options.Split(','));
        var merged = new Dictionary<string, string>();
        foreach (var option in (string[])["noexec", "nosuid", "nodev", .. given])
        {
            var equals = option.IndexOf('=', StringComparison.Ordinal);
            var key = equals < 0 ? Flags.GetValueOrDefault(option) : Values.Contains(option[..equals]) && equals < option.Length - 1 ? option[..equals] : null;
            if (key is null)
            {
                error = $"invalid tmpfs option \"{option}\"";
                return null;
            }
            merged[key] = option;
        }
        return [.. merged.Values];
    }

    /// <summary>Of <c>--mount type=tmpfs</c>; <see langword="null"/>, and why, where one is none.</summary>
    public static string[]? Of(TmpfsRequest? request, bool readOnly, out string error)
    {
        var options = new List<string>();
        if (readOnly)
            options.Add("ro");
        if (request is { SizeBytes: < 0 } or { Mode: < 0 or > 0xfff })
        {
            error = request.SizeBytes < 0 ? $"invalid tmpfs size: {request.SizeBytes}" : $"invalid tmpfs mode: {request.Mode}";
            return null;
        }
        if (request is { Mode: not 0 })
            options.Add("mode=" + Convert.ToString(request.Mode, 8));
        if (request is { SizeBytes: not 0 })
            options.Add("size=" + request.SizeBytes.ToString(CultureInfo.InvariantCulture));
        foreach (var option in request?.Options ?? [])
        {
            if (option is not [var word, ..] || option.Length > 2)
            {
                error = "invalid option array length";
                return null;
            }
            if (word is not ("exec" or "noexec") || option.Length == 2)
            {
                error = $"invalid option: {word}";
                return null;
            }
            options.Add(word);
        }
        return Parse(string.Join(',', options), out error);
    }
}
