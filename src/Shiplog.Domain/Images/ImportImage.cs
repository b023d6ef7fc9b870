using Shiplog.Domain.Containers;

namespace Shiplog.Domain.Images;

/// <summary>Make an image of one layer of an archive of files.</summary>
/// <param name="Source">Where the archive comes from: a URL, or <c>-</c> for the client.</param>
/// <param name="Reference">The image's name, fully qualified; <see langword="null"/> for none.</param>
/// <param name="Message">Its comment; <see langword="null"/> for Docker's.</param>
/// <param name="Changes">Dockerfile instructions for its configuration.</param>
/// <param name="Platform">What it runs on: <c>linux/amd64</c>, <c>linux/arm64/v8</c>.</param>
public sealed record ImportImage(string CommandId, string Source, string? Reference, string? Message, string[] Changes, string Platform)
{
    /// <summary>Judges the command; what is in the archive nobody knows yet.</summary>
    public static Decision Decide(ImportImage command, DateTimeOffset now)
    {
        if (command.Platform.Split('/') is not ["linux", { Length: > 0 } architecture, .. var rest] || rest is [_, _, ..] or [""])
            return Decision.Refuse(RefusalKind.Invalid, $"cannot import an image for {command.Platform}: linux and an architecture are needed, as in linux/arm64");
        var config = ImageConfig.Nothing;
        foreach (var instruction in command.Changes)
        {
            if (!ContainerChange.TryApply(instruction, config, out config, out var refusal))
                return new Decision.Refused(refusal);
        }
        var message = command.Message is { Length: > 0 } said ? said : $"Imported from {command.Source}";
        var template = ImageConfig.Scratch(architecture, rest is [var variant] ? variant : null, config, message, now);
        return Decision.Accept(new ImageLoadRequested(command.CommandId, now)
        {
            Import = new RequestedImport(command.Source, command.Reference, command.Changes, template),
        });
    }
}

// A part of a stored event: members may be added, each on a line of its own.

/// <summary>An image that is to be made of an archive of files.</summary>
/// <param name="Source">Where it comes from: a URL, or <c>-</c> for the client.</param>
/// <param name="Reference">Its name, fully qualified; <see langword="null"/> for none.</param>
/// <param name="Changes">Dockerfile instructions for its configuration.</param>
/// <param name="ConfigTemplate">Its config, complete but for the layer's diff id.</param>
public sealed record RequestedImport(string Source, string? Reference, string[] Changes, string ConfigTemplate);
