using Shiplog.Contracts;
using Shiplog.Contracts.Orders;
using Shiplog.Worker.Lifecycle;
using Shiplog.Worker.Linux;

namespace Shiplog.Worker.Storage;

/// <summary>
/// The drivers there are, and which is whose: new containers get the one that was chosen, those that have a read-write layer stay
/// with the one that made it.
/// </summary>
internal sealed class StorageDrivers
{
    // The best first: what a host has that nobody has said anything about.
    private readonly IStorageDriver[] _all;

    /// <exception cref="InvalidDataException">This host lacks something that the configured driver needs.</exception>
    public StorageDrivers(Instance instance)
    {
        _all = [
            new OverlayDriver(instance), new FuseOverlayDriver(instance), new VfsDriver(), new ErofsDriver(instance), new BtrfsDriver(instance),
            new DeviceMapperDriver(instance), new AufsDriver(instance)];
        Directory.CreateDirectory(instance.WorkerFolder);
        (Chosen, Choice) = Choose(instance.Settings.StorageDriver, instance.WorkerFolder);
    }

    public IStorageDriver Chosen { get; }

    /// <summary>Why that one, and what the others would need.</summary>
    public StorageChoice Choice { get; }

    /// <summary>The driver of a container.</summary>
    /// <exception cref="InvalidDataException">Its mark names none.</exception>
    public IStorageDriver For(ContainerPaths container)
    {
        if (File.Exists(container.StorageDriver))
        {
            var name = File.ReadAllText(container.StorageDriver);
            return _all.FirstOrDefault(d => d.Name == name)
                ?? throw new InvalidDataException($"{container.StorageDriver} names no storage driver: \"{name}\"");
        }
        // Without a mark, one that has begun is overlay2's, which all were before there was another.
        return Directory.Exists(container.Upper) ? _all[0] : Chosen;
    }

    /// <summary>As <see cref="For"/>, for who is about to make its read-write layer: it will stay with this driver.</summary>
    public IStorageDriver Claim(ContainerPaths container)
    {
        var driver = For(container);
        if (driver != _all[0] && !File.Exists(container.StorageDriver))
            Files.Replace(container.StorageDriver, System.Text.Encoding.UTF8.GetBytes(driver.Name), durable: false);
        return driver;
    }

    private static string Backing(string folder)
    {
        var mount = MountEntry.Read().Where(e => e.Point == "/" || (folder + "/").StartsWith(e.Point + "/", StringComparison.Ordinal)).MaxBy(e => e.Point.Length);
        return mount?.Type switch
        {
            null => "unknown",
            "ext2" or "ext3" or "ext4" => "extfs", // As Docker has it, since the kernel tells them not apart by number.
            var type => type,
        };
    }

    private (IStorageDriver Driver, StorageChoice Choice) Choose(string? configured, string folder)
    {
        var missing = _all.ToDictionary(d => d.Name, d => d.Missing());
        IStorageDriver driver;
        string reason;
        if (configured is not null)
        {
            driver = _all.First(d => d.Name == configured);
            if (missing[configured] is { } lacks)
                throw new InvalidDataException($"shiplog.json: \"storage-driver\": \"{configured}\" needs {lacks}");
            reason = "configured";
        }
        else
        {
            driver = _all.First(d => missing[d.Name] is null);
            reason = driver == _all[0] ? "default" : $"{_all[0].Name} needs {missing[_all[0].Name]}";
        }
        return (driver, new StorageChoice(reason, Backing(folder), [.. _all.Where(d => d != driver).Select(d => new StorageAlternative(d.Name, missing[d.Name]))]));
    }
}
