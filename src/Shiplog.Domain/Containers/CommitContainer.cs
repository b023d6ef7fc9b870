using Shiplog.Domain.Images;

namespace Shiplog.Domain.Containers;

/// <summary>Make an image of the container: its changes become a layer over those of its image.</summary>
/// <param name="Reference">The new image's name, fully qualified; <see langword="null"/> for none.</param>
/// <param name="Config">What the new image's configuration is based on; <see langword="null"/> for the container's.</param>
/// <param name="Changes">Dockerfile instructions to apply to it.</param>
/// <param name="Pause">Freeze the container while its layer is read.</param>
public sealed record CommitContainer(
    string CommandId, string? Reference, string? Author, string? Comment, ContainerConfig? Config, string[] Changes, bool Pause)
{
    /// <summary>Judges the command on this state and on the image that the container was made from.</summary>
    public static Decision Decide(CommitContainer command, Container container, Image parent, DateTimeOffset now)
    {
        if (container.Knows(command.CommandId))
            return Decision.Nothing;
        if (container.Status is ContainerStatus.Absent or ContainerStatus.Removed || container.Config is not { } own)
            return Refusals.NoSuchContainer(container.Id);
        if (container.Status is ContainerStatus.Dead)
            return Decision.Refuse(RefusalKind.Conflict, $"You cannot commit container {container.Id} which is Dead");
        if (container.Status is ContainerStatus.Removing)
            return Decision.Refuse(RefusalKind.Conflict, $"You cannot commit container {container.Id} which is being removed");
        if (!ImageConfig.TryParse(parent.ConfigJson, out var parentConfig))
            return Decision.Refuse(RefusalKind.Failed, $"the config of image {parent.Id} cannot be read");
        var changed = command.Config ?? own;
        foreach (var instruction in command.Changes)
        {
            if (!ContainerChange.TryApply(instruction, changed, out changed, out var refusal))
                return new Decision.Refused(refusal);
        }
        var template = parentConfig.Child(changed.Over(own), own.Cmd, command.Author, command.Comment, now);
        return Decision.Accept(new ContainerCommitRequested(
            container.Id, command.CommandId, command.Reference, command.Author, command.Comment, command.Changes,
            command.Pause && container.Status == ContainerStatus.Running, template, now));
    }
}
