using System.Formats.Tar;
using Shiplog.EndToEnd.Tests.Running;

namespace Shiplog.EndToEnd.Tests;

/// <summary>A registry that sends something else than it promised, or a layer that reaches outside: refused, nothing left.</summary>
public sealed class PullingFromALiar(RunningInstance engine)
{
    private const int Port = 5999;
    private const string Escapee = "shiplog-escaped";
    private static readonly byte[] Honest = LyingRegistry.Tar(LyingRegistry.TextFile("etc/motd", new string('x', 100_000)));

    [Fact]
    public async Task An_honest_registry_of_this_kind_is_believed()
    {
        var before = await engine.Kernel.LookAsync();
        await using var registry = new LyingRegistry(Port, Honest);
        (await engine.DockerAsync("pull", registry.Address + "/lie:1")).Succeeded();
        (await engine.DockerAsync("rmi", registry.Address + "/lie:1")).Succeeded();
        await engine.Kernel.LeavesNothingSinceAsync(before);
    }

    [Fact]
    public Task Other_bytes_than_the_digest_says() => IsRefusedAsync(
        "digest", new LyingRegistry(Port, Honest) { Send = bytes => ([.. bytes[..^1], (byte)(bytes[^1] ^ 1)], bytes.Length) });

    [Fact]
    public Task A_body_that_ends_too_early() => IsRefusedAsync(
        null, new LyingRegistry(Port, Honest) { Send = bytes => (bytes[..(bytes.Length / 2)], bytes.Length) });

    [Fact]
    public Task A_body_that_is_shorter_than_the_manifest_says() => IsRefusedAsync(
        null, new LyingRegistry(Port, Honest) { Send = bytes => (bytes[..(bytes.Length / 2)], bytes.Length / 2) });

    [Fact]
    public Task A_claim_of_10_GB() => IsRefusedAsync(null, new LyingRegistry(Port, Honest, claimedSize: 10L << 30));

    [Fact]
    public Task A_layer_that_climbs_out() =>
        EscapesAsync(LyingRegistry.TextFile("../../../../../../../../../../../../tmp/" + Escapee, "out"));

    [Fact]
    public Task A_layer_with_an_absolute_path_stays_inside() =>
        EscapesAsync(LyingRegistry.TextFile("/tmp/" + Escapee, "out"));

    [Fact]
    public Task A_layer_that_writes_through_a_link_to_the_outside() =>
        EscapesAsync(LyingRegistry.Link("way", "/tmp"), LyingRegistry.TextFile("way/" + Escapee, "out"));

    [Fact]
    public Task A_layer_that_links_to_a_file_outside() =>
        EscapesAsync(LyingRegistry.HardLink("shadow", "../../../../../../../../../../../../etc/shadow"));

    private async Task IsRefusedAsync(string? words, LyingRegistry registry)
    {
        await using (registry)
        {
            var before = await engine.Kernel.LookAsync();
            var result = await engine.DockerAsync("pull", registry.Address + "/lie:1");
            result.ExitCode.ShouldBe(1, result.All);
            if (words is not null)
                result.All.ShouldContain(words);
            (await engine.DockerAsync("images", "-q", registry.Address + "/lie")).Succeeded().Text.ShouldBe("");
            await engine.Kernel.LeavesNothingSinceAsync(before);
        }
    }

    /// <summary>Whether it is refused or contained, nothing outside the image may come of it.</summary>
    private async Task EscapesAsync(params TarEntry[] entries)
    {
        var before = await engine.Kernel.LookAsync();
        await using var registry = new LyingRegistry(Port, LyingRegistry.Tar(entries));
        var pull = await engine.DockerAsync("pull", registry.Address + "/lie:1");
        File.Exists("/tmp/" + Escapee).ShouldBeFalse();
        if (pull.ExitCode == 0)
        {
            var contents = Directory.EnumerateFiles(
                Path.Combine(engine.Instance.WorkerFolder, "layers"), "shadow",
                new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = 0 });
            foreach (var shadow in contents)
                (await File.ReadAllTextAsync(shadow)).ShouldNotContain("root:");
            (await engine.DockerAsync("rmi", registry.Address + "/lie:1")).Succeeded();
        }
        await engine.Kernel.LeavesNothingSinceAsync(before);
    }
}
