using System.Globalization;
using Shiplog.Contracts;
using Shiplog.Worker.Layers;
using Shiplog.Worker.Lifecycle;
using Shiplog.Worker.Linux;

namespace Shiplog.Worker.Storage;

/// <summary>
/// <c>devicemapper</c>: for each image that is run a thin block device with a file system in which its layers are one tree, for each
/// container a snapshot of that device. Needs a thin pool, which the administrator makes and names (<c>dm.thinpooldev</c>).
/// </summary>
internal sealed class DeviceMapperDriver(Instance instance) : ComparingDriver
{
    // 10 GB, which docker's dm.basesize was, too.
    private const long Sectors = 10L << 30 >> 9;

    private readonly Lock _gate = new();

    public override string Name => "devicemapper";

    public override string? Missing() => Needs.Join(
        File.Exists("/dev/mapper/control") ? null : "the device mapper in the kernel (/dev/mapper/control)",
        Needs.Program("dmsetup", "dmsetup"),
        Needs.Program("mkfs.ext4", "e2fsprogs"),
        instance.Settings.ThinPool is null ? "a thin pool, named by \"storage-opts\": [\"dm.thinpooldev=/dev/mapper/…\"]" : null);

    public override string ReadWriteFolder(ContainerPaths container) => container.Merged;

    public override void Mount(ContainerPaths container, RootLayers layers, RootUse use)
    {
        var name = NameOf(container.Id);
        lock (_gate)
        {
            var numbers = ThinNumbers.Load(NumbersFile);
            if (numbers.Find(name) is { } known)
                ActivateWhereNeeded(name, known);
            else
                Run(Pool.Snapshot(Image(layers, numbers), numbers.Find(ImageName(layers))!.Value, name, numbers.Take(name)));
        }
        Directory.CreateDirectory(container.Merged);
        Mounts.Mount(ThinPool.PathOf(name), container.Merged, "ext4", use == RootUse.ReadOnly ? Interop.MS_RDONLY : 0, null);
    }

    public override void Delete(ContainerPaths container)
    {
        lock (_gate)
        {
            var numbers = ThinNumbers.Load(NumbersFile);
            Forget(NameOf(container.Id), numbers);
            // Trees of images whose uppermost layer is gone: snapshots of them, if there are any, do not need them.
            foreach (var image in numbers.Names.Where(n => n.StartsWith(ImagePrefix, StringComparison.Ordinal)).ToList())
            {
                if (!Directory.Exists(Path.Combine(instance.WorkerFolder, "layers", image[ImagePrefix.Length..])))
                    Forget(image, numbers);
            }
        }
    }

    private string ImagePrefix => instance.Name + "-image-";

    private ThinPool Pool => new(instance.Settings.ThinPool!, Sectors);

    private string NumbersFile => Path.Combine(instance.WorkerFolder, "thin-devices");

    private string NameOf(string containerId) => $"{instance.Name}-container-{containerId}";

    private string ImageName(RootLayers layers) => ImagePrefix + (layers.Chain is [.., var top] ? Digest.HexOf(top) : "none");

    private string Image(RootLayers layers, ThinNumbers numbers)
    {
        var name = ImageName(layers);
        if (numbers.Find(name) is { } known)
        {
            ActivateWhereNeeded(name, known);
            return name;
        }
        var filling = name + "-filling";
        if (numbers.Find(filling) is not null)
            Forget(filling, numbers); // A crash has left half of one.
        Run(Pool.Create(filling, numbers.Take(filling)));
        Fill(ThinPool.PathOf(filling), layers);
        Run([new Command("dmsetup", "rename", filling, name)]);
        numbers.Rename(filling, name);
        return name;
    }

    private void Fill(string device, RootLayers layers)
    {
        var place = Path.Combine(instance.WorkerFolder, "ingest", "thin-" + Guid.NewGuid().ToString("N"));
        Directory.CreateDirectory(place);
        Mounts.Mount(device, place, "ext4", 0, null);
        try
        {
            Directory.Delete(Path.Combine(place, "lost+found")); // mkfs's, not the image's.
            using var union = layers.Open();
            using var target = Linux.FileSystem.FileCalls.OpenRoot(place);
            TreeCopy.Copy(union, target);
        }
        finally
        {
            Mounts.Unmount(place);
            Directory.Delete(place);
        }
    }

    private void Forget(string name, ThinNumbers numbers)
    {
        if (numbers.Find(name) is not { } number)
            return;
        ActivateWhereNeeded(name, number);
        Run(Pool.Delete(name, number));
        numbers.Remove(name);
    }

    private void ActivateWhereNeeded(string name, int number)
    {
        if (!File.Exists(ThinPool.PathOf(name)))
            Run([Pool.Activate(name, number)]);
    }

    private static void Run(IEnumerable<Command> commands)
    {
        foreach (var command in commands)
            Programs.Run(command.Program, command.Arguments);
    }
}

/// <summary>Which thin device has which number in the pool; on disk before the pool is told, so that no number is taken twice.</summary>
internal sealed class ThinNumbers
{
    private readonly string _file;
    private readonly SortedDictionary<string, int> _numbers;

    private ThinNumbers(string file, SortedDictionary<string, int> numbers) => (_file, _numbers) = (file, numbers);

    public IEnumerable<string> Names => _numbers.Keys;

    /// <param name="file">Lines of a number, a blank and a name.</param>
    /// <exception cref="InvalidDataException">A line is something else.</exception>
    public static ThinNumbers Load(string file)
    {
        var numbers = new SortedDictionary<string, int>(StringComparer.Ordinal);
        foreach (var line in File.Exists(file) ? File.ReadAllLines(file) : [])
        {
            if (line.Split(' ') is not [var number, { Length: > 0 } name] || !int.TryParse(number, CultureInfo.InvariantCulture, out var parsed))
                throw new InvalidDataException($"{file}: \"{line}\" is no number and name of a thin device");
            numbers[name] = parsed;
        }
        return new ThinNumbers(file, numbers);
    }

    public int? Find(string name) => _numbers.TryGetValue(name, out var number) ? number : null;

    /// <summary>Gives the name the lowest number that nobody has.</summary>
    public int Take(string name)
    {
        var taken = _numbers.Values.ToHashSet();
        var number = Enumerable.Range(1, 1 << 24).First(n => !taken.Contains(n));
        _numbers.Add(name, number);
        Save();
        return number;
    }

    public void Rename(string from, string to)
    {
        _numbers.Remove(from, out var number);
        _numbers.Add(to, number);
        Save();
    }

    public void Remove(string name)
    {
        _numbers.Remove(name);
        Save();
    }

    private void Save() => Files.Replace(
        _file, System.Text.Encoding.UTF8.GetBytes(string.Concat(_numbers.Select(n => string.Create(CultureInfo.InvariantCulture, $"{n.Value} {n.Key}\n")))), durable: true);
}
