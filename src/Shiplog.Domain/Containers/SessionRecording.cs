using Shiplog.Contracts;

namespace Shiplog.Domain.Containers;

// A part of stored events: members may be added.

/// <summary>What is to be recorded of a session.</summary>
/// <param name="Id">Names the recording.</param>
/// <param name="Mode"><c>output</c>, or <c>all</c> with what is typed.</param>
public sealed record SessionRecording(string Id, string Mode)
{
    /// <summary>The container's label that asks for it. It may ask for more than the configuration does, not for less.</summary>
    public const string Label = "shiplog.record";

    /// <summary>What a session with this container is recorded as; <see langword="null"/> for not at all.</summary>
    /// <param name="id">For the recording, if there is to be one.</param>
    /// <param name="configured">For all containers.</param>
    public static SessionRecording? Of(ContainerConfig? config, string id, RecordMode configured)
    {
        var asked = (config is null ? null : Asked(config)) ?? RecordMode.Off;
        return (asked > configured ? asked : configured) switch
        {
            RecordMode.Output => new SessionRecording(id, "output"),
            RecordMode.All => new SessionRecording(id, "all"),
            _ => null,
        };
    }

    /// <summary>
    /// The configuration without the label, where it is only the image's: who types into a container has not chosen what a stranger
    /// wrote into an image, and may be overheard by his own side only.
    /// </summary>
    /// <param name="asked">The container's own labels.</param>
    public static ContainerConfig WithoutImages(ContainerConfig merged, Dictionary<string, string> asked) =>
        asked.ContainsKey(Label) || !merged.Labels.ContainsKey(Label) ? merged
            : merged with { Labels = merged.Labels.Where(l => l.Key != Label).ToDictionary() };

    /// <summary>Why the container's label cannot be meant; <see langword="null"/> where it can, or is not there.</summary>
    public static string? Fault(ContainerConfig config) =>
        Asked(config) is not null ? null : $"invalid label {Label}={config.Labels[Label]}: it is one of off, output and all";

    /// <summary>What its label asks for; <see langword="null"/> where that cannot be meant.</summary>
    private static RecordMode? Asked(ContainerConfig config) => config.Labels.GetValueOrDefault(Label) switch
    {
        null or "off" => RecordMode.Off,
        "output" => RecordMode.Output,
        "all" => RecordMode.All,
        _ => null,
    };
}

/// <summary>A recording that is being made.</summary>
/// <param name="ExecId"><see langword="null"/> where somebody attached to the container's own program.</param>
public sealed record OpenRecording(SessionRecording Recording, string? ExecId);
