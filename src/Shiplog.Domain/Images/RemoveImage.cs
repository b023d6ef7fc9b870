using Shiplog.Domain.Containers;

namespace Shiplog.Domain.Images;

/// <summary>Remove a name of an image, and the image with its last name; or the image by its id.</summary>
/// <param name="Named">As the user wrote it: a name, an id or the beginning of an id.</param>
/// <param name="Force">Also where it has several names or stopped containers use it.</param>
public sealed record RemoveImage(string CommandId, string Named, bool Force)
{
    /// <summary>Judges the command by Docker's rules, on the image and all that uses it.</summary>
    public static Decision Decide(RemoveImage command, ImageUse use, DateTimeOffset now)
    {
        if (!use.Image.Present)
            return Decision.Refuse(RefusalKind.NotFound, $"No such image: {command.Named}");
        return IsIdOf(use.Image.Id, command.Named) ? ById(command, use, now) : ByName(command, use, now);
    }

    private static Decision ByName(RemoveImage command, ImageUse use, DateTimeOffset now)
    {
        if (!ImageReference.TryParse(command.Named, out var reference, out var error))
            return Decision.Refuse(RefusalKind.Invalid, error);
        if (use.References.Length == 1 && !command.Force && use.Containers.FirstOrDefault() is { } user)
        {
            return Decision.Refuse(
                RefusalKind.Conflict,
                $"conflict: unable to remove repository reference \"{command.Named}\" (must force) - container {Short(user.Id)} is using " +
                $"its referenced image {Short(use.Image.Id)}");
        }
        var name = reference.ToString();
        // With the last tag in a repository go the digests there.
        var last = reference.Digest is null && !use.References.Any(r => r != name && IsTagIn(reference.Repository, r));
        bool Goes(string known) => known == name || (last && ImageReference.Parse(known).Repository == reference.Repository);
        var remaining = use.References.Where(r => !Goes(r)).ToArray();
        object[] untagged = [.. use.References.Where(Goes).Select(r => new ImageUntagged(r, use.Image.Id, now))];
        // The last name took the image with it, unless something still needs it: then it stays, without a name.
        return remaining is [] && Conflict(use, command.Force, byName: true) is null
            ? Decision.Accept([.. untagged, Requested(command, use, now)])
            : Decision.Accept([.. untagged, .. Forgotten([.. use.Image.RepoDigests.Where(Goes)], use, now)]);
    }

    private static IEnumerable<object> Forgotten(string[] digests, ImageUse use, DateTimeOffset now) =>
        digests is [] ? [] : [new ImageDigestsUntagged(use.Image.Id, digests, now)];

    private static bool IsTagIn(string repository, string name) => ImageReference.Parse(name) is { Digest: null } reference && reference.Repository == repository;

    private static Decision ById(RemoveImage command, ImageUse use, DateTimeOffset now)
    {
        if (Conflict(use, command.Force, byName: use.References.Length <= 1) is { } conflict)
            return conflict;
        return Decision.Accept(
            [.. use.References.Select(r => new ImageUntagged(r, use.Image.Id, now)), Requested(command, use, now)]);
    }

    private static ImageRemoveRequested Requested(RemoveImage command, ImageUse use, DateTimeOffset now) =>
        new(use.Image.Id, command.CommandId, command.Force, now);

    private static Decision? Conflict(ImageUse use, bool force, bool byName)
    {
        if (use.Children is not [])
            return Refuse(use, "cannot be forced", "image has dependent child images");
        if (use.Containers.FirstOrDefault(c => c.IsUp) is { } running)
            return Refuse(use, "cannot be forced", $"image is being used by running container {Short(running.Id)}");
        if (force)
            return null;
        if (!byName)
            return Refuse(use, "must be forced", "image is referenced in multiple repositories");
        return use.Containers.FirstOrDefault() is { } stopped
            ? Refuse(use, "must be forced", $"image is being used by stopped container {Short(stopped.Id)}")
            : null;
    }

    private static Decision Refuse(ImageUse use, string force, string why) =>
        Decision.Refuse(RefusalKind.Conflict, $"conflict: unable to delete {Short(use.Image.Id)} ({force}) - {why}");

    private static bool IsIdOf(string id, string text) =>
        id.StartsWith(text, StringComparison.Ordinal) || id["sha256:".Length..].StartsWith(text, StringComparison.Ordinal);

    private static string Short(string id) => id[(id.IndexOf(':', StringComparison.Ordinal) + 1)..][..12];
}

/// <summary>An image and all that uses it.</summary>
/// <param name="References">The names that point to it, fully qualified.</param>
/// <param name="Containers">Made from it and not removed.</param>
/// <param name="Children">Ids of the images committed on top of it that are on the host.</param>
public sealed record ImageUse(Image Image, string[] References, Container[] Containers, string[] Children);
