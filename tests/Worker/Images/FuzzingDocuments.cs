using System.Text;
using System.Text.Json.Nodes;
using CsCheck;
using Shiplog.Worker.Images;
using Shiplog.Worker.Images.Registry;

namespace Shiplog.Worker.Tests.Images;

/// <summary>Manifests and configs that are nearly right: read, or refused in words; nothing else.</summary>
public sealed class FuzzingDocuments
{
    private static readonly string Digest = "sha256:" + new string('a', 64);

    private static readonly string[] Documents = [
        $$"""{"schemaVersion":2,"mediaType":"{{RegistryManifest.OciManifest}}","config":{"mediaType":"{{RegistryManifest.OciConfig}}","digest":"{{Digest}}","size":7},"layers":[{"mediaType":"application/vnd.oci.image.layer.v1.tar+gzip","digest":"{{Digest}}","size":9,"urls":["https://x/"]}]}""",
        $$"""{"schemaVersion":2,"mediaType":"{{RegistryManifest.OciIndex}}","manifests":[{"mediaType":"{{RegistryManifest.OciManifest}}","digest":"{{Digest}}","size":7,"platform":{"os":"linux","architecture":"arm64","variant":"v8" } }]}""",
        $$"""{"architecture":"amd64","os":"linux","config":{"Cmd":["sh"],"Env":["A=b"]},"rootfs":{"type":"layers","diff_ids":["{{Digest}}"]},"history":[{"created_by":"x"}]}"""];

    // What may stand in the place of anything: of every kind, and some that are valid elsewhere.
    private static readonly string[] Values = [
        "null", "-1", "0", "1.5", "9223372036854775807", "1e400", "true", "\"\"", "\"x\"", "[]", "[null]", "{}", $"\"{RegistryManifest.OciIndex}\"",
        $"\"{RegistryManifest.DockerManifest}\"", "\"sha256:\"", "\"windows\"", "\"\\u0000\"", "[[[[]]]]"];

    private static readonly Gen<(int Document, (int Node, int Value, int Kind)[] Changes)> Case = Gen.Select(
        Gen.Int[0, Documents.Length - 1], Gen.Select(Gen.Int[0, 1000], Gen.Int[0, Values.Length - 1], Gen.Int[0, 3]).Array[1, 3]);

    [Fact]
    public void A_document_with_something_else_in_it_is_read_or_refused_in_words() => Case.Sample(
        c =>
        {
            var root = JsonNode.Parse(Documents[c.Document])!;
            foreach (var (node, value, kind) in c.Changes)
                Change(root, node, Values[value], kind);
            Read(Encoding.UTF8.GetBytes(root.ToJsonString()));
        },
        iter: 20_000, print: c => $"{c.Document}: {string.Join(' ', c.Changes)}");

    [Fact]
    public void Bytes_that_are_nearly_a_document_are_read_or_refused_in_words() => Gen.Select(
        Gen.Int[0, Documents.Length - 1], Gen.Select(Gen.Int[0, 1000], Gen.Byte).Array[1, 5], Gen.Int[0, 1000]).Sample(
        (document, changes, length) =>
        {
            var bytes = Encoding.UTF8.GetBytes(Documents[document]);
            foreach (var (place, value) in changes)
                bytes[place % bytes.Length] = value;
            Read(length % 3 == 0 ? bytes[..(length % bytes.Length)] : bytes);
        },
        iter: 20_000);

    private static void Read(byte[] content)
    {
        try
        {
            var manifest = RegistryManifest.Read(content, null, null, null, "registry.example");
            manifest.MediaType.ShouldBeOneOf(RegistryManifest.MediaTypes);
            manifest.Layers.ShouldAllBe(l => l.Size >= 0 && Worker.Layers.Digest.IsValid(l.Digest));
        }
        catch (RegistryException e)
        {
            e.Message.ShouldNotBeNullOrWhiteSpace();
        }
        try
        {
            ImageConfig.Read(content).DiffIds.ShouldAllBe(d => Worker.Layers.Digest.IsValid(d));
        }
        catch (InvalidImageException e)
        {
            e.Message.ShouldNotBeNullOrWhiteSpace();
        }
    }

    private static void Change(JsonNode root, int which, string value, int kind)
    {
        var all = Below(root).ToList();
        if (all is [])
            return;
        var node = all[which % all.Count];
        switch (node.Parent)
        {
            case JsonObject parent when kind == 0:
                parent.Remove(node.GetPropertyName());
                break;
            case JsonObject parent when kind == 1:
                parent["added"] = JsonNode.Parse(value);
                break;
            case JsonObject parent:
                parent[node.GetPropertyName()] = JsonNode.Parse(value);
                break;
            case JsonArray parent when kind == 0:
                parent.RemoveAt(node.GetElementIndex());
                break;
            case JsonArray parent:
                parent[node.GetElementIndex()] = JsonNode.Parse(value);
                break;
        }
    }

    private static IEnumerable<JsonNode> Below(JsonNode node)
    {
        var children = node switch
        {
            JsonObject o => o.Select(p => p.Value),
            JsonArray a => a,
            _ => [],
        };
        return children.OfType<JsonNode>().SelectMany(child => Below(child).Prepend(child));
    }
}
