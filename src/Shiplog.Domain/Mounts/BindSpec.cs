namespace Shiplog.Domain.Mounts;

/// <summary>A <c>-v</c>: <c>/path</c>, <c>/host:/path[:mode]</c> or <c>name:/path[:mode]</c>.</summary>
public static class BindSpec
{
    /// <param name="raw">As it was written.</param>
    /// <param name="driver">Of volumes that it names.</param>
    /// <param name="mount">What it asks for.</param>
    /// <param name="mode">Its last part; empty where there is none.</param>
    /// <param name="error">In Docker's words.</param>
    public static bool TryParse(string raw, string driver, out MountRequest mount, out string mode, out string error)
    {
        mount = new MountRequest("volume", "", "", false, "", null, null, null);
        var parts = raw.Split(':');
        (mode, error) = (parts is [_, _, var last] ? last : "", Invalid(raw));
        if (parts.Length > 3 || parts[0] is "" || (parts.Length == 2 && MountMode.IsValid(parts[1])))
            return false;
        if (!MountMode.IsValid(mode))
        {
            error = $"invalid mode: {mode}";
            return false;
        }
        var source = parts.Length == 1 ? "" : parts[0];
        var isBind = source.StartsWith('/');
        var propagation = MountMode.PropagationOf(mode);
        mount = new MountRequest(
            isBind ? "bind" : "volume", source, parts.Length == 1 ? parts[0] : parts[1], MountMode.Has(mode, "ro"), "",
            propagation is null ? null : new BindRequest(propagation, false, false, false, false),
            MountMode.Has(mode, "nocopy") || (!isBind && driver is not "")
                ? new VolumeRequest(MountMode.Has(mode, "nocopy"), [], isBind ? "" : driver, [], "")
                : null,
            null);
        if (MountRules.Fault(mount) is { } fault)
        {
            error = $"{Invalid(raw)}: {fault}";
            return false;
        }
        // Docker makes a missing source of this form, and only of this form.
        if (isBind)
            mount = mount with { Bind = (mount.Bind ?? new BindRequest("", false, false, false, false)) with { CreateMountpoint = true } };
        error = "";
        return true;
    }

    private static string Invalid(string raw) => $"invalid volume specification: '{raw}'";
}
