using System.Collections.Concurrent;
using System.Text.Json;
using System.Text.Json.Serialization;
using Shiplog.Contracts;
using Shiplog.Contracts.Orders;
using Shiplog.Worker.Layers;
using Shiplog.Worker.Linux;

namespace Shiplog.Worker.Images.Content;

/// <summary>The images that are whole on this host: <c>images/&lt;hex&gt;.json</c>, a <see cref="StoredImage"/> each.</summary>
internal sealed class ImageIndex
{
    private readonly ConcurrentDictionary<string, StoredImage> _images = new();
    private readonly Lock _writing = new();
    private readonly string _folder;

    public ImageIndex(Instance instance)
    {
        _folder = Path.Combine(instance.WorkerFolder, "images");
        Directory.CreateDirectory(_folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        foreach (var file in Directory.EnumerateFiles(_folder, "*.json"))
        {
            var image = JsonSerializer.Deserialize(File.ReadAllBytes(file), ImageJson.Default.StoredImage)
                ?? throw new InvalidDataException($"{file} is no image record; move it away and pull the image again");
            _images[image.ImageId] = image;
        }
    }

    public ICollection<StoredImage> All => _images.Values;

    public StoredImage? Find(string imageId) => _images.GetValueOrDefault(imageId);

    public void Put(StoredImage image)
    {
        lock (_writing)
        {
            // That a layer existed is a fact about one pull, not about the image. Each index stays: somebody may have its digest.
            image = image with { Layers = [.. image.Layers.Select(l => l with { Existed = true })], OtherIndexes = OtherIndexes(image) };
            Files.Replace(PathOf(image.ImageId), JsonSerializer.SerializeToUtf8Bytes(image, ImageJson.Default.StoredImage), durable: true);
            Files.SyncFolder(_folder);
            _images[image.ImageId] = image;
        }
    }

    public void Remove(string imageId)
    {
        lock (_writing)
        {
            if (!_images.TryRemove(imageId, out _))
                return;
            File.Delete(PathOf(imageId));
            Files.SyncFolder(_folder);
        }
    }

    private string[]? OtherIndexes(StoredImage image) =>
        Find(image.ImageId) is { } known && IndexesOf(known).Where(i => i != image.IndexDigest).ToArray() is { Length: > 0 } others ? others : null;

    /// <summary>Digests of all indexes that it was chosen from.</summary>
    public static string[] IndexesOf(StoredImage image) => image.IndexDigest is { } index ? [index, .. image.OtherIndexes ?? []] : image.OtherIndexes ?? [];

    private string PathOf(string imageId) => Path.Combine(_folder, Digest.HexOf(imageId) + ".json");
}

[JsonSerializable(typeof(StoredImage))]
internal sealed partial class ImageJson : JsonSerializerContext;
