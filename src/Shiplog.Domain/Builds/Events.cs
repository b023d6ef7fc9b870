using System.Text.Json.Serialization;
using static System.Text.Json.Serialization.JsonIgnoreCondition;

namespace Shiplog.Domain.Builds;

// These names and shapes are a storage format: never edit a released event; add a new one, or a version with an upcaster.
// A build has a stream of its own, `build/<command>`; the images that its steps make tell of themselves (Images/Events.cs, ImageBuilt).

/// <summary>Intent: an image is to be built of a Dockerfile.</summary>
/// <param name="References">What it is to be called, fully qualified.</param>
/// <param name="Dockerfile">The Dockerfile's path in the context.</param>
/// <param name="Options">As they were asked for.</param>
public sealed record ImageBuildRequested(string CommandId, string[] References, string Dockerfile, BuildOptions Options, DateTimeOffset At);

/// <summary>The context is here, and its Dockerfile has been read.</summary>
/// <param name="BuildId">The build's command id.</param>
/// <param name="Dockerfile">Its text.</param>
/// <param name="Commit">Of the repository that the context is; <see langword="null"/> where it is none.</param>
public sealed record BuildContextReceived(string BuildId, string Dockerfile, string? Commit, DateTimeOffset At);

/// <summary>A step has its image: made now, or found in the cache.</summary>
/// <param name="BuildId">The build's command id.</param>
/// <param name="Step">Counts the build's steps from 1.</param>
/// <param name="Stage">The stage's name, or its number from 0.</param>
/// <param name="Line">Of the Dockerfile, from 1; of a trigger of the base image that of the FROM.</param>
/// <param name="Instruction">As it is written.</param>
/// <param name="ParentImageId">The image that it is made on; <see langword="null"/> for none.</param>
/// <param name="ImageId">The image that it made; <see langword="null"/> where that is nothing yet: FROM scratch.</param>
/// <param name="Cached">Nothing was done: an earlier build had done the same.</param>
/// <param name="Reason">Why it was done, or need not be.</param>
/// <param name="StartedAt">When it began.</param>
public sealed record BuildStepCompleted(
    string BuildId, int Step, string Stage, int Line, string Instruction, string? ParentImageId, string? ImageId, bool Cached, string Reason,
    DateTimeOffset StartedAt, DateTimeOffset At)
{
    /// <summary>A digest of all that the step's result depends on; absent where it may not serve again.</summary>
    [JsonIgnore(Condition = WhenWritingDefault)] public string? CacheKey { get; init; }

    /// <summary>The container that ran a RUN.</summary>
    [JsonIgnore(Condition = WhenWritingDefault)] public string? ContainerId { get; init; }

    /// <summary>The build whose work served again, where <see cref="Cached"/>.</summary>
    [JsonIgnore(Condition = WhenWritingDefault)] public string? FromBuildId { get; init; }
}

/// <summary>Outcome: the image is there, under its names.</summary>
public sealed record ImageBuildCompleted(string CommandId, string ImageId, string[] References, int Steps, int CachedSteps, DateTimeOffset StartedAt, DateTimeOffset At);

/// <summary>Outcome: no image; those of the steps before stay as cache.</summary>
/// <param name="Step">The step that failed; <see langword="null"/> where none had begun.</param>
/// <param name="ExitCode">Of the program of a RUN.</param>
public sealed record ImageBuildFailed(string CommandId, string Kind, string Error, int? Step, string? Instruction, int? ExitCode, DateTimeOffset At);

// A part of a stored event: members may be added, each on a line of its own.

/// <summary>How an image is to be built.</summary>
public sealed record BuildOptions
{
    /// <summary>The stage to stop at; absent for the last.</summary>
    [JsonIgnore(Condition = WhenWritingDefault)] public string? Target { get; init; }

    /// <summary>Values for ARG. A proxy's may hold a password: of those only the names are kept, without a value.</summary>
    [JsonIgnore(Condition = WhenWritingDefault)] public Dictionary<string, string>? Args { get; init; }

    /// <summary>Labels of the image beside those of the Dockerfile.</summary>
    [JsonIgnore(Condition = WhenWritingDefault)] public Dictionary<string, string>? Labels { get; init; }

    /// <summary>Where the context came from; absent where the client sent it.</summary>
    [JsonIgnore(Condition = WhenWritingDefault)] public string? Remote { get; init; }

    /// <summary>What base images are to run on: <c>linux/amd64</c>; absent for this host.</summary>
    [JsonIgnore(Condition = WhenWritingDefault)] public string? Platform { get; init; }

    /// <summary>The network of RUN; absent for the default one.</summary>
    [JsonIgnore(Condition = WhenWritingDefault)] public string? NetworkMode { get; init; }

    /// <summary>Every step is done.</summary>
    [JsonIgnore(Condition = WhenWritingDefault)] public bool NoCache { get; init; }

    /// <summary>Base images are pulled also where they are here.</summary>
    [JsonIgnore(Condition = WhenWritingDefault)] public bool Pull { get; init; }
}
