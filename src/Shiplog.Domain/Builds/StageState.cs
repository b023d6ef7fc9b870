using Shiplog.Domain.Containers;
using Shiplog.Domain.Images;

namespace Shiplog.Domain.Builds;

/// <summary>Where a stage of a build stands: what its next step is made on, and what variables mean there.</summary>
/// <param name="ImageId">The image of its last step; <see langword="null"/> while there is none: FROM scratch.</param>
/// <param name="Image">That image's config.</param>
public sealed record StageState(string? ImageId, ImageConfig Image)
{
    /// <summary>Variables that ARG has declared in the stage and that have a value.</summary>
    public IReadOnlyDictionary<string, string> Args { get; init; } = new Dictionary<string, string>();

    /// <summary>CMD has been said in the stage: an ENTRYPOINT leaves it alone.</summary>
    public bool HasCommand { get; init; }

    /// <summary>How containers of it run.</summary>
    public ContainerConfig Config => Image.Config;

    /// <summary>What runs the shell form of instructions.</summary>
    public string[] Shell => Config.Shell ?? ["/bin/sh", "-c"];

    /// <summary>Without what the image wants done in builds on it: it is done, or being done.</summary>
    public StageState WithoutTriggers() => Config.OnBuild is null ? this : this with { Image = Image with { Config = Config with { OnBuild = null } } };

    /// <summary>A stage on nothing.</summary>
    public static StageState OnNothing(string architecture, string? variant) => new(null, ImageConfig.Empty(architecture, variant));

    /// <summary>What a variable of the Dockerfile may name: declared arguments, and over them the environment of the image.</summary>
    public Func<string, string?> Variables => Words.Variables(Config.Env, Args);

    /// <summary>The arguments that a program of RUN sees in its environment; those that ENV names are the image's.</summary>
    public IEnumerable<KeyValuePair<string, string>> ArgsOfRun => Args.Where(a => !Config.Env.Any(e => NameOf(e) == a.Key)).OrderBy(a => a.Key, StringComparer.Ordinal);

    private static string NameOf(string variable) => variable.Split('=', 2)[0];
}
