using System.Text;
using System.Text.Json.Nodes;
using Microsoft.Win32.SafeHandles;
using Shiplog.Contracts;
using Shiplog.Contracts.Orders;
using Shiplog.Worker.Build;
using Shiplog.Worker.Images;
using Shiplog.Worker.Images.Content;
using Shiplog.Worker.Layers;
using Shiplog.Worker.Lifecycle;
using Shiplog.Worker.Linux;
using Shiplog.Worker.Linux.FileSystem;
using Shiplog.Worker.Orders;
using Shiplog.Worker.Storage;

namespace Shiplog.Worker.Tests.Build;

/// <summary>A worker's folder for builds, under one storage driver, and a build in it.</summary>
internal sealed class BuildBench : IDisposable
{
    public const string Id = "build-1";

    /// <summary>Those whose roots tell their changes by themselves, and those that are compared.</summary>
    public static readonly TheoryData<string> Drivers = ["overlay2", "vfs", "erofs", "fuse-overlayfs"];

    private readonly string _home = Directory.CreateTempSubdirectory("shiplog-build-").FullName;
    private readonly LayerIntake _intake;
    private readonly ChildImages _images;
    private readonly BuildDownloads _downloads;
    private int _steps;

    public BuildBench(string driver = "overlay2")
    {
        File.WriteAllText(Path.Combine(_home, "shiplog.json"), $$"""{ "storage-driver": "{{driver}}" }""");
        Instance = Instance.Load(_home);
        Directory.CreateDirectory(Path.Combine(ContainerPaths.InitLayer(Instance), "etc"), (UnixFileMode)0x1ed);
        File.WriteAllText(Path.Combine(ContainerPaths.InitLayer(Instance), "etc/hosts"), "");
        StorageDrivers = new StorageDrivers(Instance);
        Store = new ContentStore(Instance, new Images.Store.Users());
        _intake = new LayerIntake(Store);
        _images = new ChildImages(Store, _intake, TimeProvider.System);
        Builds = new Builds(Instance, StorageDrivers);
        Contexts = new BuildContexts(Builds, Store);
        _downloads = new BuildDownloads(Builds, Store);
        Sources = new BuildSources(Store, _downloads);
        Maker = new BuildStepMaker(
            Store, _images, Containers, new SubjectGates(), Builds, Sources, new BuildRoots(Instance, Builds, StorageDrivers), TimeProvider.System);
    }

    public Instance Instance { get; }

    public StorageDrivers StorageDrivers { get; }

    public ContentStore Store { get; }

    public Builds Builds { get; }

    public BuildContexts Contexts { get; }

    public BuildSources Sources { get; }

    public BuildStepMaker Maker { get; }

    public FakeContainers Containers { get; } = new();

    public BuildPaths Paths => new(Instance, Id);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void TakeContext(byte[] tar)
    {
        using var use = Builds.Use(Id);
        Contexts.Unpack(use, new MemoryStream(tar), Cancellation);
    }

    /// <summary>An image of these layers, lowest first.</summary>
    public async Task<StoredImage> ImageAsync(params byte[][] tars)
    {
        using var lease = Store.Lease();
        StoredImage? image = null;
        foreach (var tar in tars)
        {
            var blob = LayerBlob.Write(Store, lease, target =>
            {
                target.Write(tar);
                return true;
            });
            image = await _images.StoreAsync(image, Template(image), blob, lease, Cancellation);
        }
        return image ?? await _images.StoreAsync(null, Template(null), null, lease, Cancellation);
    }

    public async Task<ImageBuiltReport> MakeAsync(StoredImage? parent, Func<BuildImageStep, BuildImageStep> step)
    {
        var order = step(new BuildImageStep($"step-{++_steps}", Id, _steps, parent?.ImageId, Template(parent)));
        return (ImageBuiltReport)(await Maker.MakeAsync(order, Cancellation)).ShouldHaveSingleItem();
    }

    public Task<ImageBuiltReport> CopyAsync(StoredImage? parent, BuildCopy copy) => MakeAsync(parent, step => step with { Copy = copy });

    /// <summary>The layer that a copy makes; empty where it makes none.</summary>
    public async Task<string[]> LayerAsync(StoredImage? parent, BuildCopy copy) => Layer(await CopyAsync(parent, copy));

    public string[] Layer(ImageBuiltReport built) => built.NewLayer is { } layer ? Listing(Store.Layers.DiffFolder(layer)) : [];

    public async Task<OrderFailure> RefusedAsync(StoredImage? parent, BuildCopy copy) =>
        (await Should.ThrowAsync<OrderException>(() => CopyAsync(parent, copy))).Failure;

    public async Task<string> DigestAsync(BuildCopy copy)
    {
        using var use = Builds.Use(Id);
        using var found = await Sources.FindAsync(use, copy, Cancellation);
        using var digest = new SourceDigest(use.Build.Contents, Cancellation);
        return digest.Of(found);
    }

    public static BuildCopy Copy(string destination, params string[] sources) => new("COPY", null, sources, destination, "/");

    public static BuildCopy Add(string destination, params string[] sources) => new("ADD", null, sources, destination, "/") { Unpack = true };

    public static string Template(StoredImage? parent)
    {
        var config = JsonNode.Parse(parent?.ConfigJson ?? """{"architecture":"amd64","os":"linux","config":{},"rootfs":{"type":"layers","diff_ids":[]},"history":[]}""")!;
        config["history"]!.AsArray().Add((JsonNode)new JsonObject { ["created_by"] = "a step" });
        return config.ToJsonString();
    }

    /// <summary>A tree, an entry a line: <c>755 0:0 /folder/</c>, <c>644 0:0 /file content</c>, <c>/link -> target</c>, <c>/pipe Pipe</c>.</summary>
    public static string[] Listing(string folder)
    {
        var lines = new List<string>();
        using var root = FileCalls.OpenRoot(folder);
        List(root, "", lines);
        return [.. lines];
    }

    public void Dispose()
    {
        _downloads.Dispose();
        _intake.Dispose();
        foreach (var point in Mounts.Below(_home))
            Mounts.Unmount(point, detach: true);
        FileCalls.RemoveTree(_home);
    }

    private static void List(SafeFileHandle folder, string path, List<string> lines)
    {
        foreach (var name in FileCalls.Names(folder))
        {
            var status = FileCalls.TryStatus(folder, name)!.Value;
            var here = $"{path}/{Encoding.UTF8.GetString(name)}";
            var who = $"{Convert.ToString(status.Mode, 8)} {status.Uid}:{status.Gid} {here}";
            lines.Add(status switch
            {
                { Kind: FileKind.Directory } => who + "/",
                { Kind: FileKind.Symlink } => $"{here} -> {Encoding.UTF8.GetString(FileCalls.ReadLink(folder, name))}",
                { Kind: FileKind.Regular } => $"{who} {Content(folder, name)}".TrimEnd(),
                { IsWhiteout: true } => $"{here} deleted",
                var other => $"{who} {other.Kind}",
            });
            if (status.Kind != FileKind.Directory)
                continue;
            using var inside = FileCalls.OpenDirectoryAt(folder, name);
            List(inside, here, lines);
        }
    }

    private static string Content(SafeFileHandle folder, byte[] name)
    {
        using var file = FileCalls.TryOpenAt(folder, name, FileCalls.O_RDONLY)!;
        var content = new byte[Math.Min(RandomAccess.GetLength(file), 100)];
        return Encoding.UTF8.GetString(content, 0, RandomAccess.Read(file, content, 0));
    }

    /// <summary>Containers that have changed what a test says.</summary>
    internal sealed class FakeContainers : IContainerAccess
    {
        public Dictionary<string, byte[]> Diffs { get; } = [];

        public Task<ContainerHold> HoldAsync(string containerId, bool freeze)
        {
            freeze.ShouldBeFalse();
            Func<string[], Stream, CancellationToken, bool>? write = Diffs.TryGetValue(containerId, out var tar)
                ? (_, target, _) =>
                {
                    target.Write(tar);
                    return true;
                }
            : null;
            return Task.FromResult(new ContainerHold(write, null, null));
        }
    }
}
