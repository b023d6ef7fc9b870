using System.Reflection;
using System.Text;
using System.Text.RegularExpressions;
using JasperFx.Events.Projections;
using Shiplog.Server.Store;

namespace Shiplog.Server.Tests.Events;

/// <summary><c>src/Shiplog.Domain/EVENTS.md</c>: made from the records, compared here.</summary>
public sealed partial class TheCatalogue
{
    private static readonly string[] Kinds = ["container", "image", "reference", "load", "network", "volume", "host"];

    private static string Domain => Path.Combine(Cluster.Repository, "src", "Shiplog.Domain");

    private static string File => Path.Combine(Domain, "EVENTS.md");

    [Fact]
    public void It_says_what_the_code_says() => System.IO.File.ReadAllText(File).ShouldBe(
        Make(), "EVENTS.md is out of date: run the explicit test TheCatalogue.Write_it");

    [Fact(Explicit = true)]
    public void Write_it() => System.IO.File.WriteAllText(File, Make());

    private static string Make()
    {
        var sources = Directory.GetFiles(Domain, "*.cs", SearchOption.AllDirectories)
            .Where(f => !f.Contains("/obj/", StringComparison.Ordinal) && !f.Contains("/bin/", StringComparison.Ordinal))
            .OrderBy(f => f, StringComparer.Ordinal).ToDictionary(f => Path.GetRelativePath(Domain, f), System.IO.File.ReadAllText);
        var text = new StringBuilder();
        text.Append("# The events\n\nMade from the records in `*/Events*.cs` and from the projections; a test compares. Do not edit.\n");
        text.Append("Who, why, on which host and through which command is metadata of every event (`Shiplog.Server/Store/Writing.cs`).\n");
        foreach (var stream in EventNames.All.GroupBy(e => EventNames.StreamKindOf(e.Key)).OrderBy(g => Array.IndexOf(Kinds, g.Key)))
        {
            text.Append("\n## Streams `").Append(stream.Key).Append("/…`\n\n| stored name | v | what it says | fields | decided in | used by |\n| --- | --- | --- | --- | --- | --- |\n");
            foreach (var (type, name) in stream.OrderBy(e => Position(sources, e.Key).File, StringComparer.Ordinal).ThenBy(e => Position(sources, e.Key).Index))
            {
                text.Append("| `").Append(name).Append("` | 1 | ").Append(Summary(sources, type)).Append(" | ").Append(Fields(type)).Append(" | ")
                    .Append(DecidedIn(sources, type)).Append(" | ").Append(UsedBy(type)).Append(" |\n");
            }
        }
        return text.ToString();
    }

    /// <summary>The file, the plain <c>Events.cs</c> before those of a theme, and the place in it.</summary>
    private static (string File, int Index) Position(Dictionary<string, string> sources, Type type) => sources
        .Select(s => (File: s.Key[..^3], Match: Declaration(type).Match(s.Value))).Where(s => s.Match.Success)
        .Select(s => (s.File, s.Match.Index)).First();

    private static string Summary(Dictionary<string, string> sources, Type type)
    {
        var source = sources.Values.First(s => Declaration(type).IsMatch(s));
        var summary = Declaration(type).Match(source).Groups["summary"].Value;
        return Tag().Replace(Whitespace().Replace(summary.Replace("///", "", StringComparison.Ordinal), " "), m =>
            m.Groups["cref"].Success ? $"`{m.Groups["cref"].Value}`" : "`").Trim();
    }

    /// <summary>Those written always, and then those that came later, which may be absent.</summary>
    private static string Fields(Type type)
    {
        var first = type.GetConstructors().MaxBy(c => c.GetParameters().Length)!.GetParameters();
        var later = type.GetProperties().Select(p => p.Name).Except(first.Select(p => p.Name!));
        return string.Join(", ", first.Select(p => (Name: p.Name!, Optional: IsOptional(p))).Concat(later.Select(name => (Name: name, Optional: true)))
            .Select(f => $"`{char.ToLowerInvariant(f.Name[0])}{f.Name[1..]}{(f.Optional ? "?" : "")}`"));
    }

    private static bool IsOptional(ParameterInfo p) => Nullable.GetUnderlyingType(p.ParameterType) is not null
        || new NullabilityInfoContext().Create(p).WriteState == NullabilityState.Nullable;

    private static string DecidedIn(Dictionary<string, string> sources, Type type)
    {
        var construction = new Regex($@"new {type.Name}\(");
        var places = sources.Where(s => construction.IsMatch(s.Value)).Select(s => $"`{s.Key[..^3]}`").ToList();
        return places is [] ? "the server" : string.Join(", ", places);
    }

    private static string UsedBy(Type type) => string.Join(", ", Projections.Where(p => p.IncludedEventTypes.Contains(type))
        .Select(p => p.GetType().Name.Replace("Projection", "", StringComparison.Ordinal)));

    private static readonly ProjectionBase[] Projections = [
        new ContainerProjection(), new ImageProjection(), new ReferenceProjection(), new NetworkProjection(), new VolumeProjection(), new OpenCommandProjection(),
        new IpLeaseProjection(), new ContainerHistoryProjection(), new ImageHistoryProjection()];

    private static Regex Declaration(Type type) =>
        new($@"/// <summary>(?<summary>(?:(?!</summary>).)*)</summary>(?:\n///[^\n]*)*\npublic sealed record {type.Name}\(", RegexOptions.Singleline);

    [GeneratedRegex(@"<see cref=""(?<cref>[^""]+)""/>|</?c>|<see langword=""(?<cref>[^""]+)""/>")]
    private static partial Regex Tag();

    [GeneratedRegex(@"\s+")]
    private static partial Regex Whitespace();
}
