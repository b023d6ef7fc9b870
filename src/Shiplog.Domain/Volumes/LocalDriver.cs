namespace Shiplog.Domain.Volumes;

/// <summary>The one driver: a folder of the worker's, or what its options say is to be mounted there.</summary>
public static class LocalDriver
{
    /// <summary>What it is called.</summary>
    public const string Name = "local";

    /// <summary>What stands for a secret where options are stored and shown.</summary>
    public const string Hidden = "***";

    private static readonly (string Option, string[] Needs)[] Known = [("type", ["device"]), ("device", ["type"]), ("o", ["device", "type"])];

    private static readonly string[] Secrets = ["password", "password2", "pass", "pwd"];

    /// <summary>What is wrong with the driver or its options, in Docker's words, if anything.</summary>
    public static Refusal? Fault(string driver, IReadOnlyDictionary<string, string> options)
    {
        if (driver is not Name)
            return new Refusal(RefusalKind.NotFound, $"error looking up volume plugin {driver}: plugin \"{driver}\" not found");
        if (options.ContainsKey("size"))
            return new Refusal(RefusalKind.Invalid, "quota size requested but no quota support; for a tmpfs say o=size=...");
        if (options.Keys.FirstOrDefault(o => Known.All(k => k.Option != o)) is { } unknown)
            return new Refusal(RefusalKind.Invalid, $"invalid option: \"{unknown}\"");
        foreach (var (option, needs) in Known)
        {
            if (options.ContainsKey(option) && needs.FirstOrDefault(n => !options.ContainsKey(n)) is { } missing)
                return new Refusal(RefusalKind.Invalid, $"missing required option: \"{missing}\"");
        }
        return options.Any(o => o.Value.Contains('\0', StringComparison.Ordinal)) ? new Refusal(RefusalKind.Invalid, "an option cannot hold a NUL character") : null;
    }

    /// <summary>The options as they may be stored and shown: a share's password is neither.</summary>
    public static Dictionary<string, string> WithoutSecrets(IReadOnlyDictionary<string, string> options) =>
        options.ToDictionary(o => o.Key, o => o.Key is "o" ? string.Join(',', o.Value.Split(',').Select(Hide)) : o.Value);

    /// <summary>Whether something was left out of them.</summary>
    public static bool HidesSecrets(IReadOnlyDictionary<string, string> options) =>
        options.TryGetValue("o", out var o) && o.Split(',').Any(part => part.EndsWith("=" + Hidden, StringComparison.Ordinal));

    private static string Hide(string option)
    {
        var equals = option.IndexOf('=', StringComparison.Ordinal);
        return equals > 0 && Secrets.Contains(option[..equals].Trim(), StringComparer.OrdinalIgnoreCase) ? $"{option[..equals]}={Hidden}" : option;
    }
}
