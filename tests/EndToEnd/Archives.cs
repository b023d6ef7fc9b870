using System.Formats.Tar;
using System.Security.Cryptography;
using System.Text;

namespace Shiplog.EndToEnd.Tests;

/// <summary>Image archives as <c>docker save</c> writes them, with a hostile layer.</summary>
internal static class Archives
{
    /// <summary>One layer with a link to <paramref name="outside"/> and a file at <paramref name="path"/>.</summary>
    public static byte[] WithFileAt(string path, string outside)
    {
        var layer = Tar(tar =>
        {
            tar.WriteEntry(new PaxTarEntry(TarEntryType.SymbolicLink, "link") { LinkName = outside });
            tar.WriteEntry(new PaxTarEntry(TarEntryType.RegularFile, path) { DataStream = new MemoryStream("hostile"u8.ToArray()) });
        });
        var diffId = "sha256:" + Convert.ToHexStringLower(SHA256.HashData(layer));
        var config = Encoding.UTF8.GetBytes($$"""{"architecture":"amd64","os":"linux","config":{"Cmd":["sh"]},"rootfs":{"type":"layers","diff_ids":["{{diffId}}"]},"history":[]}""");
        var name = Convert.ToHexStringLower(SHA256.HashData(config)) + ".json";
        return Tar(tar =>
        {
            Add(tar, name, config);
            Add(tar, "layer/layer.tar", layer);
            Add(tar, "manifest.json", Encoding.UTF8.GetBytes($$"""[{"Config":"{{name}}","RepoTags":["hostile:latest"],"Layers":["layer/layer.tar"]}]"""));
        });
    }

    private static void Add(TarWriter tar, string name, byte[] content) =>
        tar.WriteEntry(new PaxTarEntry(TarEntryType.RegularFile, name) { DataStream = new MemoryStream(content) });

    private static byte[] Tar(Action<TarWriter> write)
    {
        using var memory = new MemoryStream();
        using (var tar = new TarWriter(memory, TarEntryFormat.Pax, leaveOpen: true))
            write(tar);
        return memory.ToArray();
    }
}
