using System.Collections.Frozen;

namespace Shiplog.Domain.Mounts;

/// <summary>The last part of a <c>-v</c>: <c>ro,z,rslave,nocopy</c>, at most one of each kind.</summary>
public static class MountMode
{
    /// <summary>How mounts made later on one side show on the other (mount_namespaces(7)).</summary>
    public static readonly FrozenSet<string> Propagations = FrozenSet.Create("private", "rprivate", "slave", "rslave", "shared", "rshared");

    /// <summary>Docker's default.</summary>
    public const string DefaultPropagation = "rprivate";

    private static readonly FrozenDictionary<string, string> Kinds = new Dictionary<string, string>
    {
        ["ro"] = "access",
        ["rw"] = "access",
        ["z"] = "label",
        ["Z"] = "label",
        ["nocopy"] = "copy",
        ["consistent"] = "consistency",
        ["cached"] = "consistency",
        ["delegated"] = "consistency",
        ["private"] = "propagation",
        ["rprivate"] = "propagation",
        ["slave"] = "propagation",
        ["rslave"] = "propagation",
        ["shared"] = "propagation",
        ["rshared"] = "propagation",
    }.ToFrozenDictionary();

    /// <summary>Every word is known, and no two are of one kind. Empty is valid.</summary>
    public static bool IsValid(string mode)
    {
        if (mode is "")
            return true;
        var seen = new HashSet<string>();
        return mode.Split(',').All(word => Kinds.TryGetValue(word, out var kind) && seen.Add(kind));
    }

    /// <summary>Whether a valid mode has this word.</summary>
    public static bool Has(string mode, string word) => mode.Split(',').Contains(word);

    /// <summary>The propagation that a valid mode names.</summary>
    public static string? PropagationOf(string mode) => mode.Split(',').FirstOrDefault(Propagations.Contains);
}
