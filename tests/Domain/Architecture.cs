using System.Xml.Linq;
using Shouldly;
using Xunit;

namespace Shiplog.Domain.Tests;

/// <summary>Dependencies point one way; the project files say so and this test reads them.</summary>
public sealed class Architecture
{
    private static readonly string Root = FindRoot();

    private static readonly Dictionary<string, string[]> AllowedReferences = new()
    {
        ["Shiplog.Contracts"] = [],
        ["Shiplog.Domain"] = ["Shiplog.Contracts"],
        ["Shiplog.Worker"] = ["Shiplog.Contracts"],
        ["Shiplog.Dashboard"] = ["Shiplog.Contracts"],
        ["Shiplog.Cli"] = ["Shiplog.Contracts"],
        // The server hosts the dashboard by one line in its Program; the shim only satisfies Marten's package graph.
        ["Shiplog.Server"] = ["Shiplog.Contracts", "Shiplog.Domain", "Shiplog.Dashboard", "DistributedLock.Postgres"],
        ["DistributedLock.Postgres"] = [],
    };

    public static TheoryData<string> Projects =>
        [.. new[] { "src", "web", "infra" }.SelectMany(d => Directory.GetFiles(Path.Combine(Root, d), "*.csproj", SearchOption.AllDirectories))];

    [Theory]
    [MemberData(nameof(Projects))]
    public void A_project_references_only_what_the_architecture_allows(string project)
    {
        var name = Path.GetFileNameWithoutExtension(project);
        AllowedReferences.ShouldContainKey(name, $"{name} is a new project: say in this test what it may reference");
        References(project, "ProjectReference").Select(r => Path.GetFileNameWithoutExtension(r)).ShouldBeSubsetOf(AllowedReferences[name]);
    }

    [Theory]
    [InlineData("src/Shiplog.Contracts/Shiplog.Contracts.csproj")]
    [InlineData("src/Shiplog.Domain/Shiplog.Domain.csproj")]
    public void Contracts_and_domain_use_no_package(string project) =>
        References(Path.Combine(Root, project), "PackageReference").ShouldBeEmpty();

    [Fact]
    public void The_domain_has_no_clock_and_no_io()
    {
        string[] banned = ["DateTimeOffset.UtcNow", "DateTime.Now", "DateTime.UtcNow", "Guid.NewGuid", "System.IO.File", "File.Read", "HttpClient", "Task<", "async "];
        foreach (var file in Sources("src/Shiplog.Domain"))
            foreach (var word in banned)
                File.ReadAllText(file).Contains(word, StringComparison.Ordinal).ShouldBeFalse($"{Path.GetRelativePath(Root, file)} uses {word}; the domain is pure");
    }

    [Fact]
    public void The_worker_knows_no_database() =>
        References(Path.Combine(Root, "src/Shiplog.Worker/Shiplog.Worker.csproj"), "PackageReference")
            .ShouldNotContain(p => p.StartsWith("Marten", StringComparison.Ordinal) || p.StartsWith("Npgsql", StringComparison.Ordinal));

    [Fact]
    public void Every_room_of_more_than_five_files_explains_itself()
    {
        var rooms = new[] { "src", "web" }.SelectMany(d => Directory.GetDirectories(Path.Combine(Root, d), "*", SearchOption.AllDirectories))
            .Where(d => !IsOutput(d) && Directory.GetFiles(d, "*.cs").Length > 5 && !d.Contains("Generated", StringComparison.Ordinal));
        foreach (var room in rooms)
            File.Exists(Path.Combine(room, "README.md")).ShouldBeTrue($"{Path.GetRelativePath(Root, room)} has more than five files and no README.md");
    }

    private static IEnumerable<string> Sources(string folder) =>
        Directory.GetFiles(Path.Combine(Root, folder), "*.cs", SearchOption.AllDirectories).Where(f => !IsOutput(f));

    private static bool IsOutput(string path) =>
        path.Contains("/bin/", StringComparison.Ordinal) || path.Contains("/obj/", StringComparison.Ordinal)
        || path.EndsWith("/bin", StringComparison.Ordinal) || path.EndsWith("/obj", StringComparison.Ordinal);

    private static List<string> References(string project, string kind) =>
        [.. XDocument.Load(project).Descendants(kind).Select(e => e.Attribute("Include")!.Value)];

    private static string FindRoot()
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "Platform.sln")))
            folder = Path.GetDirectoryName(folder) ?? throw new InvalidOperationException("Platform.sln is in no folder above the tests");
        return folder;
    }
}
