using System.Formats.Tar;
using System.IO.Compression;
using static Shiplog.Conformance.Tests.Builds.ContextEntry;

namespace Shiplog.Conformance.Tests.Builds;

/// <summary>A test's talk with the builder. What its builds leave, images of steps and containers, goes with it.</summary>
public abstract class BuildConversation : Conversation
{
    // What an engine puts into every container's root by itself.
    private static readonly string[] OfTheEngine =
        ["/.dockerenv", "/dev", "/dev/console", "/dev/pts", "/dev/shm", "/etc", "/etc/hostname", "/etc/hosts", "/etc/mtab", "/etc/resolv.conf", "/proc", "/sys"];

    private static SortedDictionary<string, string>? s_busybox;

    /// <summary>Builds, and fails the test where the builder does not answer with its output.</summary>
    /// <param name="query">Without a question mark; joined to the rest by <c>&amp;</c>.</param>
    private protected async Task<BuildOutput> BuildAsync(string dockerfile, ContextEntry[]? context = null, string query = "") =>
        await OutputAsync(await PostAsync(dockerfile, context, query));

    private protected async Task<BuildOutput> OutputAsync(Answer answer)
    {
        var output = new BuildOutput(answer);
        var busybox = await IdAsync(DockerEngine.Image);
        foreach (var container in output.Containers)
            ForgetContainer(container);
        foreach (var step in output.Steps.Concat(output.Images).Where(i => i.Length != 0 && !busybox.Contains(i, StringComparison.Ordinal)))
            Forget(step);
        return output;
    }

    private protected static Task<Answer> PostAsync(string dockerfile, ContextEntry[]? context = null, string query = "") =>
        PostAsync(Tar([File("Dockerfile", dockerfile), .. context ?? []]), query);

    private protected static Task<Answer> PostAsync(byte[] archive, string query = "") =>
        DockerEngine.SendAsync(HttpMethod.Post, "/build?" + query, new ByteArrayContent(archive) { Headers = { { "Content-Type", "application/x-tar" } } });

    private protected static async Task<JsonElement> ImageAsync(string image) => (await DockerEngine.GetAsync($"/images/{image}/json")).With(200).Json;

    private protected static async Task<string> IdAsync(string image) => (await ImageAsync(image)).Text("Id");

    /// <summary>Digests of its layers, the lowest first.</summary>
    private protected static async Task<string[]> LayersAsync(string image)
    {
        var root = (await ImageAsync(image)).At("RootFS");
        return root.TryGetProperty("Layers", out _) ? root.Texts("Layers") : [];
    }

    private protected static async Task<JsonElement[]> HistoryAsync(string image) =>
        [.. (await DockerEngine.GetAsync($"/images/{image}/history")).With(200).Json.EnumerateArray()];

    /// <summary>What an image has otherwise than busybox, or all that it has where it is not made of that.</summary>
    private protected async Task<string[]> FilesAsync(string image, bool ofScratch = false)
    {
        if (ofScratch)
            return [.. (await ExportAsync(image)).Where(f => !OfTheEngine.Contains(f.Key)).Select(f => f.Value)];
        // The same layers are the same files.
        var (layers, ofBusybox) = (await LayersAsync(image), await LayersAsync(DockerEngine.Image));
        if (layers.SequenceEqual(ofBusybox))
            return [];
        s_busybox ??= await ExportAsync(DockerEngine.Image);
        return ImageFiles.Changes(s_busybox, await ExportAsync(image));
    }

    /// <summary>What the image's topmost layer consists of, as it is saved.</summary>
    private protected static async Task<string[]> TopLayerAsync(string image)
    {
        var saved = (await DockerEngine.GetAsync($"/images/{image}/get")).With(200).Body;
        var layer = JsonDocument.Parse(EntryOf(saved, "manifest.json")).RootElement.EnumerateArray().Single().Texts("Layers")[^1];
        return [.. ImageFiles.Read(Plain(EntryOf(saved, layer))).Values];
    }

    /// <summary>Ours keeps layers as they are pushed.</summary>
    private static byte[] Plain(byte[] layer)
    {
        if (layer is not [0x1f, 0x8b, ..])
            return layer;
        using var plain = new MemoryStream();
        using (var zip = new GZipStream(new MemoryStream(layer), CompressionMode.Decompress))
            zip.CopyTo(plain);
        return plain.ToArray();
    }

    private protected static string Query(string key, object value) => $"{key}={Uri.EscapeDataString(value as string ?? JsonSerializer.Serialize(value))}";

    private async Task<SortedDictionary<string, string>> ExportAsync(string image)
    {
        var container = await CreateAsync(new { Image = image, Entrypoint = (string[])[], Cmd = (string[])["none"] });
        return ImageFiles.Read((await DockerEngine.GetAsync($"/containers/{container}/export")).With(200).Body);
    }

    private static byte[] EntryOf(byte[] archive, string name)
    {
        using var tar = new TarReader(new MemoryStream(archive));
        while (tar.GetNextEntry(copyData: true) is { } entry)
        {
            if (entry.Name != name)
                continue;
            using var content = new MemoryStream();
            entry.DataStream?.CopyTo(content);
            return content.ToArray();
        }
        throw new ShouldAssertException($"no {name} in the archive");
    }
}
