using System.Globalization;
using System.Text;

namespace Shiplog.Domain.Images;

/// <summary>One commit, or one step of a build, of a line of images.</summary>
/// <param name="Container">The container's name, or its id where nobody knows the name any more.</param>
/// <param name="Name">What the image is called, or was.</param>
/// <param name="By">Who committed or built it.</param>
public sealed record CommitStep(Image Image, string Container, string? Name, string By);

/// <summary>A line of commits and builds, written as the Dockerfile that would build the same.</summary>
public static class EffectiveDockerfile
{
    /// <summary>
    /// The base image by its digest; for each commit a comment on where it comes from, its layer as an archive that is unpacked, and what it
    /// changed of the configuration.
    /// </summary>
    /// <param name="from">The image at the bottom of the line.</param>
    /// <param name="fromName">As it is pulled: <c>docker.io/library/busybox@sha256:…</c>; the id where it never was.</param>
    /// <param name="steps">Lowest first.</param>
    public static string Write(Image from, string fromName, IEnumerable<CommitStep> steps)
    {
        var text = new StringBuilder().Append("FROM ").Append(fromName).Append('\n');
        var below = from;
        foreach (var step in steps)
        {
            text.Append('\n').Append(Comment(step)).Append('\n');
            // A commit of a container that had written nothing adds no layer.
            foreach (var layer in step.Image.Layers.Skip(below.Layers.Length))
                text.Append(CultureInfo.InvariantCulture, $"ADD {layer.Digest.Replace(':', '-')}.tar.gz /\n");
            foreach (var line in ConfigInstructions.Between(Config(below), Config(step.Image)))
                text.Append(line).Append('\n');
            below = step.Image;
        }
        return text.ToString();
    }

    private static string Comment(CommitStep step)
    {
        if (step.Image.Origin is "built")
            return BuiltBy(step);
        var ran = ImageConfig.TryParse(step.Image.ConfigJson, out var config) && config.History is [.., { CreatedBy: { Length: > 0 } command }] ? command : null;
        var said = string.Join(", ", new[]
        {
            $"committed {step.Image.RecordedAt.UtcDateTime.ToString("yyyy-MM-dd HH:mm:ss'Z'", CultureInfo.InvariantCulture)} by {step.By} from {step.Container}",
            ran is null ? null : $"which ran: {ran}",
            step.Image.Author is { Length: > 0 } author ? $"author {author}" : null,
            step.Image.Comment is { Length: > 0 } comment ? $"\"{comment}\"" : null,
        }.OfType<string>());
        return $"# {step.Name ?? step.Image.Id}: {said}".ReplaceLineEndings(" ");
    }

    private static string BuiltBy(CommitStep step)
    {
        var did = ImageConfig.TryParse(step.Image.ConfigJson, out var config) && config.History is [.., { CreatedBy: { Length: > 0 } instruction }] ? instruction : "a step";
        return string.Create(
            CultureInfo.InvariantCulture, $"# {step.Name ?? step.Image.Id}: built {step.Image.RecordedAt.UtcDateTime:yyyy-MM-dd HH:mm:ss'Z'} by {step.By}: {did}").ReplaceLineEndings(" ");
    }

    private static Containers.ContainerConfig Config(Image image) => ImageConfig.TryParse(image.ConfigJson, out var config) ? config.Config : ImageConfig.Nothing;
}
