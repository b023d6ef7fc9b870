using System.Collections.Concurrent;
using System.Collections.Frozen;
using System.Text.Json;
using System.Text.Json.Serialization;
using Shiplog.Contracts;
using Shiplog.Worker.Linux;
using Shiplog.Worker.Linux.FileSystem;

namespace Shiplog.Worker.Layers;

/// <summary>An unpacked layer.</summary>
/// <param name="ChainId">Of this layer and all below it.</param>
/// <param name="UnpackedSize">Of its regular files, in bytes.</param>
internal sealed record LayerRecord(string ChainId, string DiffId, long UnpackedSize);

/// <summary>
/// The unpacked layers: <c>layers/&lt;hex of the chain id&gt;/diff</c>, and <c>l/&lt;26 characters&gt;</c> as a short way to
/// it, since mount options have room for one page. A layer is seen whole or not at all. Under the storage driver erofs a new one
/// becomes a <see cref="LayerImage"/>; it stays one, whichever driver is configured later.
/// </summary>
internal sealed class LayerStore
{
    private readonly ConcurrentDictionary<string, LayerRecord> _layers = new();
    private readonly bool _asImages;
    private readonly string _layersFolder, _linksFolder, _ingestFolder;

    public LayerStore(Instance instance)
    {
        _asImages = instance.Settings.StorageDriver == Storage.ErofsDriver.DriverName;
        _layersFolder = Path.Combine(instance.WorkerFolder, "layers");
        _linksFolder = Path.Combine(instance.WorkerFolder, "l");
        _ingestFolder = Path.Combine(instance.WorkerFolder, "ingest");
        foreach (var folder in (string[])[_layersFolder, _linksFolder, _ingestFolder])
            Directory.CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        var mounted = MountEntry.Read().Select(e => e.Point).ToHashSet();
        foreach (var folder in Directory.EnumerateDirectories(_layersFolder))
            TakeUp(folder, mounted);
    }

    /// <summary>Chain ids of the layers that are whole.</summary>
    public ICollection<string> All => _layers.Keys;

    public LayerRecord? Find(string chainId) => _layers.GetValueOrDefault(chainId);

    /// <summary>The layer's content, a lower directory for overlayfs.</summary>
    public string DiffFolder(string chainId) => Path.Combine(FolderOf(chainId), "diff");

    /// <summary>The same by its short name.</summary>
    public string ShortLink(string chainId) => Path.Combine(_linksFolder, ShortName(chainId));

    /// <summary>A folder to unpack into; not a layer before it is published.</summary>
    public LayerDraft Begin() => new(Path.Combine(_ingestFolder, "layer-" + Guid.NewGuid().ToString("N")));

    /// <summary>Makes the draft a layer. Durable once the file system has been synchronised.</summary>
    public void Publish(LayerDraft draft, LayerRecord record)
    {
        File.WriteAllBytes(Path.Combine(draft.Folder, "layer.json"), JsonSerializer.SerializeToUtf8Bytes(record, LayerJson.Default.LayerRecord));
        File.WriteAllText(Path.Combine(draft.Folder, "link"), ShortName(record.ChainId));
        if (_asImages)
        {
            LayerImage.Make(draft.Folder);
            // It moves with the folder.
            LayerImage.Mount(draft.Folder, FrozenSet<string>.Empty);
        }
        Directory.Move(draft.Folder, FolderOf(record.ChainId));
        MakeLink(record.ChainId);
        _layers[record.ChainId] = record;
    }

    /// <summary>Takes a layer out of sight; its folder is deleted by <see cref="DeleteTrash"/>.</summary>
    /// <returns>Its unpacked size, in bytes.</returns>
    public long Retire(string chainId)
    {
        if (!_layers.TryRemove(chainId, out var record))
            return 0;
        File.Delete(ShortLink(chainId));
        LayerImage.Unmount(FolderOf(chainId));
        Directory.Move(FolderOf(chainId), Path.Combine(_ingestFolder, "trash-" + Guid.NewGuid().ToString("N")));
        return record.UnpackedSize;
    }

    public void DeleteTrash()
    {
        foreach (var folder in Directory.GetDirectories(_ingestFolder, "trash-*"))
            FileCalls.RemoveTree(folder);
    }

    private void TakeUp(string folder, HashSet<string> mounted)
    {
        var file = Path.Combine(folder, "layer.json");
        var record = File.Exists(file) ? JsonSerializer.Deserialize(File.ReadAllBytes(file), LayerJson.Default.LayerRecord) : null;
        if (record is null || FolderOf(record.ChainId) != folder)
            throw new InvalidDataException(
                $"{folder} is no layer: its layer.json is missing or belongs elsewhere; move the folder away and pull its image again");
        LayerImage.Mount(folder, mounted);
        MakeLink(record.ChainId);
        _layers[record.ChainId] = record;
    }

    private void MakeLink(string chainId)
    {
        var link = ShortLink(chainId);
        if (new FileInfo(link).LinkTarget is null)
            File.CreateSymbolicLink(link, Path.Combine("..", "layers", Digest.HexOf(chainId), "diff"));
    }

    private string FolderOf(string chainId) => Path.Combine(_layersFolder, Digest.HexOf(chainId));

    // 104 bits of a digest never meet twice; derived, so that no table is needed.
    private static string ShortName(string chainId) => Digest.HexOf(chainId)[..26];
}

/// <summary>A layer in the making. Disposed without being published it leaves nothing.</summary>
internal sealed class LayerDraft : IDisposable
{
    public LayerDraft(string folder)
    {
        Folder = folder;
        DiffFolder = Path.Combine(folder, "diff");
        Directory.CreateDirectory(DiffFolder, (UnixFileMode)0x1ed); // 0755: the root that containers see.
    }

    public string Folder { get; }

    public string DiffFolder { get; }

    public void Dispose()
    {
        LayerImage.Unmount(Folder);
        FileCalls.RemoveTree(Folder);
    }
}

[JsonSerializable(typeof(LayerRecord))]
internal sealed partial class LayerJson : JsonSerializerContext;
