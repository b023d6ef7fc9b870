namespace Shiplog.Domain.Mounts;

/// <summary>A <c>--volumes-from</c>: <c>container[:ro|rw]</c>.</summary>
public static class VolumesFrom
{
    /// <param name="container">Id or name.</param>
    /// <param name="readOnly">The mounts are read-only here, whatever they are there.</param>
    /// <param name="error">In Docker's words.</param>
    public static bool TryParse(string spec, out string container, out bool readOnly, out string error)
    {
        var colon = spec.IndexOf(':', StringComparison.Ordinal);
        container = colon < 0 ? spec : spec[..colon];
        var mode = colon < 0 ? "" : spec[(colon + 1)..];
        readOnly = MountMode.Has(mode, "ro");
        error = container is "" ? "volumes-from specification cannot be an empty string"
            // What is shared is shared as it is there.
            : !MountMode.IsValid(mode) || MountMode.PropagationOf(mode) is not null || MountMode.Has(mode, "nocopy") ? $"invalid mode: {mode}"
            : "";
        return error is "";
    }
}
