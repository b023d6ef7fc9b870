namespace Shiplog.Domain.Containers;

/// <summary>Give the container another name. That no other container has it is the store's constraint.</summary>
/// <param name="Name">With or without a leading slash.</param>
public sealed record RenameContainer(string CommandId, string Name)
{
    /// <summary>Judges the command on this state.</summary>
    public static Decision Decide(RenameContainer command, Container container, DateTimeOffset now)
    {
        if (container.Knows(command.CommandId))
            return Decision.Nothing;
        if (container.Status is ContainerStatus.Absent or ContainerStatus.Removed)
            return Refusals.NoSuchContainer(container.Id);
        if (command.Name is "")
            return Decision.Refuse(RefusalKind.Invalid, "Neither old nor new names may be empty");
        if (!ContainerName.TryParse(command.Name, out var name))
            return Refusals.BadName(command.Name);
        return name == container.Name
            ? Decision.Refuse(RefusalKind.Invalid, "Renaming a container with the same name as its current name")
            : Decision.Accept(new ContainerRenamed(container.Id, command.CommandId, container.Name, name, now));
    }
}
