using System.Text;
using Shiplog.Contracts;
using Shiplog.Contracts.Orders;
using Shiplog.Worker.Images;
using Shiplog.Worker.Images.Content;
using Shiplog.Worker.Images.Progress;
using Shiplog.Worker.Images.Registry;
using Shiplog.Worker.Layers;
using Shiplog.Worker.Linux.FileSystem;

namespace Shiplog.Worker.Tests.Images;

/// <summary>A worker's store in a folder of its own, and what fills it.</summary>
internal sealed class Store : IDisposable
{
    private readonly string _home = Directory.CreateTempSubdirectory("shiplog-store-").FullName;

    public Store(string settings = "{}")
    {
        File.WriteAllText(Path.Combine(_home, "shiplog.json"), settings);
        Instance = Instance.Load(_home);
        Open();
    }

    public Instance Instance { get; }

    public Users InUse { get; } = new();

    public ContentStore Content { get; private set; } = null!;

    public LayerIntake Intake { get; private set; } = null!;

    public ImageLookup Lookup { get; private set; } = null!;

    public ImagePuller Puller { get; private set; } = null!;

    public ImagePusher Pusher { get; private set; } = null!;

    public RegistryHttp Http { get; } = new();

    public Lines Progress { get; } = new();

    /// <summary>As a worker does that has been started again.</summary>
    public void Open()
    {
        Content = new ContentStore(Instance, InUse);
        Lookup = new ImageLookup(Instance, Content, Http, TimeProvider.System);
        Intake = new LayerIntake(Content);
        Puller = new ImagePuller(Instance, Content, Lookup, Intake, TimeProvider.System);
        Pusher = new ImagePusher(Instance, Content, Http, TimeProvider.System);
    }

    public async Task<StoredImage> PullAsync(string reference, string? platform = null, RegistryCredentials? credentials = null, string? pointsTo = null) =>
        (await Puller.PullAsync(ImageName.TryParse(reference)!, platform is null ? null : Platform.TryParse(platform), pointsTo, credentials, Progress, CancellationToken.None)).Image;

    public Task<ImagePushedReport> PushAsync(
        string reference, StoredImage image, Dictionary<string, string>? mountFrom = null, RegistryCredentials? credentials = null) =>
        Pusher.PushAsync(ImageName.TryParse(reference)!, image.ImageId, mountFrom ?? [], credentials, Progress, CancellationToken.None);

    public string Path_(params string[] parts) => Path.Combine([Instance.WorkerFolder, .. parts]);

    /// <summary>Every file and folder of the store but its fixed ones.</summary>
    public string[] Everything() =>
        [.. Directory.EnumerateFileSystemEntries(Instance.WorkerFolder, "*", SearchOption.AllDirectories)
            .Select(f => Path.GetRelativePath(Instance.WorkerFolder, f))
            .Except(["blobs", "blobs/sha256", "ingest", "layers", "l", "images"]).Order(StringComparer.Ordinal)];

    public void Dispose()
    {
        Puller.Dispose();
        Pusher.Dispose();
        Intake.Dispose();
        Http.Dispose();
        FileCalls.RemoveTree(_home);
    }

    internal sealed class Users : ILayerUsers
    {
        public HashSet<string> ChainIds { get; } = [];

        public IReadOnlySet<string>? LayersInUse() => ChainIds;
    }

    internal sealed class Lines : IProgressSink
    {
        private readonly Lock _gate = new();
        private readonly List<string> _lines = [];

        public string[] All
        {
            get
            {
                lock (_gate)
                    return [.. _lines];
            }
        }

        public void Write(byte[] line)
        {
            lock (_gate)
                _lines.Add(Encoding.UTF8.GetString(line).TrimEnd());
        }
    }
}
