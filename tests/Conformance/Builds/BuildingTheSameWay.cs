using Shiplog.Conformance.Tests.Builds.Dockerfiles;

namespace Shiplog.Conformance.Tests.Builds;

/// <summary>Dockerfiles, and the images that come of them: their configuration, each file and how many layers.</summary>
public sealed class BuildingTheSameWay : BuildConversation
{
    private const string Path = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

    private static readonly Dictionary<string, BuildCase> Cases =
        ((BuildCase[])[.. Copying.All, .. Adding.All, .. Variables.All, .. Stages.All, .. Settings.All, .. Running.All]).ToDictionary(c => c.Name);

    public static TheoryData<string> Names => [.. Cases.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Of(string name)
    {
        var wanted = Cases[name];
        var image = (await BuildAsync(wanted.Dockerfile, wanted.Context, "networkmode=none&" + wanted.Query)).Image;
        var made = await ImageAsync(image);
        string.Join('\n', wanted.Config.Select(c => Member(made.At("Config"), c))).ShouldBe(string.Join('\n', wanted.Config.Select(c => c.Trim())));
        (await FilesAsync(image, wanted.OfScratch)).ShouldBe(wanted.Files);
        (await LayersAsync(image)).Length.ShouldBe(wanted.Layers);
    }

    // As it is wanted where it is the same, and as it is where it is not.
    private static string Member(JsonElement config, string wanted)
    {
        wanted = wanted.Trim();
        var name = wanted[..wanted.IndexOf(' ', StringComparison.Ordinal)];
        var has = config.TryGetProperty(name, out var value) ? OwnPart(name, value) : "null";
        return JsonElement.DeepEquals(JsonDocument.Parse(has).RootElement, JsonDocument.Parse(wanted[name.Length..]).RootElement) ? wanted : $"{name} {has}";
    }

    // Without what busybox has of it.
    private static string OwnPart(string name, JsonElement value) => (name, value.ValueKind) switch
    {
        ("Env", JsonValueKind.Array) => OrNull(value.EnumerateArray().Select(e => e.GetString()!).Where(e => e != Path).ToArray()),
        ("Labels", JsonValueKind.Object) => OrNull(
            value.EnumerateObject().Where(l => l.Name != "org.opencontainers.image.version").ToDictionary(l => l.Name, l => l.Value)),
        (_, JsonValueKind.Array) when value.GetArrayLength() == 0 => "null",
        (_, JsonValueKind.Object) when !value.EnumerateObject().Any() => "null",
        _ => value.GetRawText(),
    };

    private static string OrNull(System.Collections.ICollection list) => list.Count != 0 ? JsonSerializer.Serialize<object>(list) : "null";
}
