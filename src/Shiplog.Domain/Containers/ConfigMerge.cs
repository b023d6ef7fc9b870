namespace Shiplog.Domain.Containers;

/// <summary>One configuration over another: a request over its image's, a commit's changes over the container's.</summary>
public static class ConfigMerge
{
    /// <summary>What <paramref name="upper"/> leaves open is taken from <paramref name="lower"/>, by Docker's rules.</summary>
    public static ContainerConfig Over(this ContainerConfig upper, ContainerConfig lower)
    {
        var takesProgram = upper.Entrypoint is null or [];
        var takesCmd = takesProgram && upper.Cmd is [];
        return upper with
        {
            User = upper.User is "" ? lower.User : upper.User,
            Env = [.. upper.Env, .. lower.Env.Where(e => !upper.Env.Any(own => NameOf(own) == NameOf(e)))],
            Cmd = takesCmd ? lower.Cmd : upper.Cmd,
            Entrypoint = takesProgram && upper.Entrypoint is null ? lower.Entrypoint : upper.Entrypoint,
            WorkingDir = upper.WorkingDir is "" ? lower.WorkingDir : upper.WorkingDir,
            Labels = Union(lower.Labels, upper.Labels),
            ExposedPorts = [.. lower.ExposedPorts.Union(upper.ExposedPorts)],
            Volumes = [.. lower.Volumes.Union(upper.Volumes)],
            StopSignal = upper.StopSignal ?? lower.StopSignal,
            Shell = upper.Shell ?? lower.Shell,
            Healthcheck = upper.Healthcheck?.Over(lower.Healthcheck) ?? lower.Healthcheck,
        };
    }

    private static string NameOf(string variable) =>
        variable.IndexOf('=', StringComparison.Ordinal) is >= 0 and var end ? variable[..end] : variable;

    private static Dictionary<string, string> Union(Dictionary<string, string> lower, Dictionary<string, string> upper)
    {
        var all = new Dictionary<string, string>(lower);
        foreach (var (key, value) in upper)
            all[key] = value;
        return all;
    }
}
