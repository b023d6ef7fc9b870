using System.Text.RegularExpressions;

namespace Shiplog.Domain.Volumes;

/// <summary>Names of volumes: they become names of folders.</summary>
public static partial class VolumeName
{
    // A component of a path, in bytes (limits.h, NAME_MAX).
    private const int Longest = 255;

    /// <summary>What is wrong with it, in Docker's words, if anything.</summary>
    public static string? Fault(string name)
    {
        if (name.Length == 1)
            return "volume name is too short, names should be at least two alphanumeric characters";
        if (!Grammar().IsMatch(name))
            return $"\"{name}\" includes invalid characters for a local volume name, only \"[a-zA-Z0-9][a-zA-Z0-9_.-]\" are allowed. " +
                "If you intended to pass a host directory, use absolute path";
        return name.Length > Longest ? $"a volume's name may have {Longest} characters, this one has {name.Length}" : null;
    }

    [GeneratedRegex(@"^[a-zA-Z0-9][a-zA-Z0-9_.-]+\z")]
    private static partial Regex Grammar();
}
