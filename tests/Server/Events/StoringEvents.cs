using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Marten;
using Shiplog.Domain.Containers;
using Shiplog.Domain.Volumes;
using Shiplog.Server.Store;

namespace Shiplog.Server.Tests.Events;

/// <summary>The storage format: what has been written once must be read for ever.</summary>
public sealed partial class StoringEvents(StoreFixture fixture)
{
    private static readonly JsonSerializerOptions Indented = new()
    {
        WriteIndented = true,
        Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    private static string Folder => Path.Combine(Cluster.Repository, "tests", "Server", "Events");

    private ISerializer Serializer => fixture.Store.Get<IDocumentStore>().Options.Serializer();

    [Theory]
    [MemberData(nameof(SampleEvents.Names), MemberType = typeof(SampleEvents))]
    public void Its_JSON_is_what_was_recorded(string name) => Golden(name).ShouldBe(
        File.ReadAllText(GoldenFile(name)), "a stored shape has changed: add an optional property, or a new event; never change what is there");

    [Theory]
    [MemberData(nameof(SampleEvents.Names), MemberType = typeof(SampleEvents))]
    public void What_was_recorded_can_be_read(string name)
    {
        var recorded = JsonNode.Parse(File.ReadAllText(GoldenFile(name)))!;
        foreach (var kind in (string[])["full", "minimal"])
        {
            using var json = new MemoryStream(JsonSerializer.SerializeToUtf8Bytes(recorded[kind]));
            var read = Serializer.FromJson(EventNames.TypeOf(name)!, json);
            JsonNode.DeepEquals(JsonNode.Parse(Serializer.ToJson(read)), recorded[kind]).ShouldBeTrue(kind);
        }
    }

    [Fact]
    public void Every_record_of_the_event_files_has_one_name_and_no_name_is_used_twice()
    {
        var records = Directory.GetFiles(Path.Combine(Cluster.Repository, "src", "Shiplog.Domain"), "Events*.cs", SearchOption.AllDirectories)
            .SelectMany(file => RecordName().Matches(File.ReadAllText(file)).Select(m => m.Groups[1].Value))
            .Except(PartsOfEvents).Order().ToList();
        EventNames.All.Keys.Select(t => t.Name).Order().ShouldBe(records);
        EventNames.All.Values.ShouldBeUnique();
    }

    [Fact]
    public void The_list_of_names_only_grows()
    {
        var listed = File.ReadAllLines(Path.Combine(Folder, "names.txt"));
        listed.Except(EventNames.All.Values).ShouldBeEmpty("a released name is gone; logs have it");
        EventNames.All.Values.Except(listed).ShouldBeEmpty("add the new name to names.txt");
        Directory.GetFiles(Path.Combine(Folder, "Golden")).Select(f => Path.GetFileName(f)).Order().ShouldBe(listed.Select(n => n + ".v1.json").Order());
    }

    [Theory]
    [MemberData(nameof(SampleEvents.Names), MemberType = typeof(SampleEvents))]
    public void It_changes_its_streams_state_or_is_known_not_to(string name)
    {
        var type = EventNames.TypeOf(name)!;
        var e = SampleEvents.Full(type);
        var absent = States.Absent(Streams.TypeOf(EventNames.StreamKindOf(type) + "/x"));
        var changes = absent is not null && (Changes(absent, e) || Changes(Busy(absent), e));
        changes.ShouldBe(!WithoutEffect.Contains(name));
    }

    /// <summary>Writes what is not there yet, after a new event; what is there is never written again.</summary>
    [Fact(Explicit = true)]
    public void Write_what_is_missing()
    {
        foreach (var name in EventNames.All.Values.Where(n => !File.Exists(GoldenFile(n))))
            File.WriteAllText(GoldenFile(name), Golden(name));
        File.WriteAllLines(Path.Combine(Folder, "names.txt"), EventNames.All.Values.Order());
    }

    // Told for the record: hosts, loads and builds have no state, and these leave theirs as it is.
    private static readonly string[] WithoutEffect = [
        "session_recording_read", "image_pull_failed", "image_push_failed", "image_remove_requested", "image_remove_failed",
        "image_load_requested", "image_load_completed", "image_load_failed", "image_build_requested", "build_context_received", "build_step_completed",
        "image_build_completed", "image_build_failed", "server_started", "worker_started", "host_reconciled"];

    private static readonly string[] PartsOfEvents = ["NetworkEndpoint", "Layer"];

    private static bool Changes(object state, object e) => !States.Apply(state, e).Equals(state);

    private static object Busy(object absent) => new[] {
        typeof(ContainerCreated), typeof(ContainerStartRequested), typeof(RootFsMounted), typeof(BridgeAttached), typeof(IpAssigned), typeof(PortsPublished), typeof(ContainerStarted), typeof(ExecCreated), typeof(ContainerAttached), typeof(VolumeMounted), typeof(Domain.Images.ImagePulled) }
        .Aggregate(absent, (state, type) => States.Apply(state, SampleEvents.Full(type)));

    private string Golden(string name)
    {
        var type = EventNames.TypeOf(name)!;
        var both = new JsonObject
        {
            ["full"] = JsonNode.Parse(Serializer.ToJson(SampleEvents.Full(type))),
            ["minimal"] = JsonNode.Parse(Serializer.ToJson(SampleEvents.Minimal(type))),
        };
        return both.ToJsonString(Indented) + "\n";
    }

    private static string GoldenFile(string name) => Path.Combine(Folder, "Golden", name + ".v1.json");

    [GeneratedRegex(@"^public sealed record (\w+)\(", RegexOptions.Multiline)]
    private static partial Regex RecordName();
}
