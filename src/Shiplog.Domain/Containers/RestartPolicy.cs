namespace Shiplog.Domain.Containers;

/// <summary>Whether a container's program is run again when it has ended. A part of stored events.</summary>
/// <param name="Name"><c>always</c>, <c>unless-stopped</c> or <c>on-failure</c>.</param>
/// <param name="MaximumRetryCount">For <c>on-failure</c>: give up after that many; 0 for never.</param>
public sealed record RestartPolicy(string Name, int MaximumRetryCount)
{
    /// <summary>As a client names it; <see langword="null"/> for the one that does nothing.</summary>
    /// <param name="fault">What is wrong with it, in Docker's words.</param>
    public static RestartPolicy? Read(string? name, int maximumRetryCount, out string? fault)
    {
        fault = (name, maximumRetryCount) switch
        {
            (null or "", _) => null,
            ("on-failure", < 0) => "invalid restart policy: maximum retry count cannot be negative",
            ("on-failure", _) or ("no" or "always" or "unless-stopped", 0) => null,
            ("no" or "always" or "unless-stopped", var count) =>
                "invalid restart policy: maximum retry count can only be used with 'on-failure'" + (count < 0 ? " and cannot be negative" : ""),
            _ => $"invalid restart policy: unknown policy '{name}'; use one of 'no', 'always', 'on-failure', or 'unless-stopped'",
        };
        return fault is not null || name is null or "" or "no" ? null : new RestartPolicy(name, maximumRetryCount);
    }
}
