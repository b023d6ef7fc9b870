using System.Text.RegularExpressions;

namespace Shiplog.Domain.Containers.Rules;

/// <summary>
/// The log option <c>tag</c>: text with fields of the container in it, <c>{{.ImageName}}/{{.Name}}</c>. Of Go's templates, which
/// Docker takes, these are the fields alone (docs.docker.com, "Customize log driver output").
/// </summary>
public static partial class LogTag
{
    /// <summary>A driver's that always has one.</summary>
    public const string Default = "{{.ID}}";

    private const int ShortId = 12;

    /// <returns>What is wrong with it, <see langword="null"/> where nothing is.</returns>
    internal static string? Fault(string template)
    {
        var unknown = Action().Matches(template).Select(m => m.Groups["field"].Value).FirstOrDefault(f => Field(Container.Absent, f) is null);
        return unknown is null ? null
            : $"tag: can't evaluate field {unknown} (ID, FullID, Name, ImageID, ImageFullID, ImageName, Command, Hostname and DaemonName are known)";
    }

    /// <summary>Something of a template's that is more than a field.</summary>
    internal static bool IsMore(string template) => Action().Replace(template, "").Contains("{{", StringComparison.Ordinal);

    /// <param name="template">One without fault.</param>
    public static string Render(string template, Container container) =>
        Action().Replace(template, m => Field(container, m.Groups["field"].Value)!);

    private static string? Field(Container c, string field) => field switch
    {
        "ID" => Short(c.Id),
        "FullID" => c.Id,
        "Name" => c.Name,
        "ImageID" => Short(c.ImageId.Replace("sha256:", "", StringComparison.Ordinal)),
        "ImageFullID" => c.ImageId,
        "ImageName" => c.ImageReference,
        "Command" => string.Join(' ', c.Program()),
        "Hostname" => Environment.MachineName,
        "DaemonName" => "docker",
        _ => null,
    };

    private static string Short(string id) => id[..Math.Min(id.Length, ShortId)];

    [GeneratedRegex(@"\{\{-?\s*\.(?<field>\w+)\s*-?\}\}", RegexOptions.CultureInvariant)]
    private static partial Regex Action();
}
