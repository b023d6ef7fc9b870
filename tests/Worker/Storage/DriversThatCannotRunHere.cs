using Shiplog.Contracts;
using Shiplog.Worker.Storage;
using Shiplog.Worker.Tests.Layers;

namespace Shiplog.Worker.Tests.Storage;

/// <summary>What devicemapper and aufs would do where a kernel has them, and what they say where it has not.</summary>
public sealed class DriversThatCannotRunHere : IDisposable
{
    private readonly Tree _tree = new();

    [Fact]
    public void The_configured_names_are_those_of_the_drivers()
    {
        var (_, choice) = Choose("""{ }""");
        choice.Alternatives.Select(a => a.Driver).Prepend("overlay2").ShouldBe(Settings.StorageDrivers);
    }

    [Fact]
    public void What_a_host_lacks_is_said()
    {
        var missing = Choose("""{ }""").Choice.Alternatives.ToDictionary(a => a.Driver, a => a.Missing);
        missing["vfs"].ShouldBeNull();
        missing["btrfs"]!.ShouldEndWith("/worker on btrfs");
        if (!File.Exists("/dev/mapper/control"))
            missing["devicemapper"]!.ShouldStartWith("the device mapper in the kernel (/dev/mapper/control)");
        missing["devicemapper"]!.ShouldEndWith("a thin pool, named by \"storage-opts\": [\"dm.thinpooldev=/dev/mapper/…\"]");
        if (!File.ReadAllText("/proc/filesystems").Contains("aufs", StringComparison.Ordinal))
            missing["aufs"].ShouldBe("aufs in the kernel");
    }

    [Fact]
    public void A_configured_driver_that_cannot_run_is_an_error_and_nothing_else_is_taken_in_its_place() =>
        Should.Throw<InvalidDataException>(() => Choose("""{ "storage-driver": "btrfs" }"""))
            .Message.ShouldMatch("shiplog.json: \"storage-driver\": \"btrfs\" needs /.*/worker on btrfs");

    [Theory]
    [InlineData("""{ "storage-driver": "overlay" }""", "\"storage-driver\" must be one of overlay2, fuse-overlayfs, vfs, erofs, btrfs, devicemapper, aufs")]
    [InlineData("""{ "storage-opts": ["dm.basesize=20G"] }""", "\"storage-opts\" knows \"dm.thinpooldev=/dev/mapper/…\" only, not \"dm.basesize=20G\"")]
    public void Settings_that_mean_nothing_are_refused(string settings, string error) =>
        Should.Throw<InvalidDataException>(() => Choose(settings)).Message.ShouldEndWith(error);

    [Fact]
    public void The_device_mapper_makes_a_device_for_an_image_and_snapshots_of_it()
    {
        var pool = new ThinPool("/dev/mapper/pool", 20_971_520);
        Lines(pool.Create("image", 1)).ShouldBe([
            "dmsetup message /dev/mapper/pool 0 create_thin 1",
            "dmsetup create image --table 0 20971520 thin /dev/mapper/pool 1",
            "mkfs.ext4 -q -E nodiscard,lazy_itable_init=0 /dev/mapper/image"]);
        Lines(pool.Snapshot("image", 1, "container", 2)).ShouldBe([
            "dmsetup suspend image", "dmsetup message /dev/mapper/pool 0 create_snap 2 1", "dmsetup resume image",
            "dmsetup create container --table 0 20971520 thin /dev/mapper/pool 2"]);
        Lines(pool.Delete("container", 2)).ShouldBe(["dmsetup remove --retry container", "dmsetup message /dev/mapper/pool 0 delete 2"]);
    }

    [Fact]
    public void Thin_devices_keep_their_numbers_and_free_ones_are_taken_again()
    {
        var file = Path.Combine(_tree.Root, "thin-devices");
        var numbers = ThinNumbers.Load(file);
        (numbers.Take("a"), numbers.Take("b"), numbers.Take("c")).ShouldBe((1, 2, 3));
        numbers.Remove("b");
        numbers.Rename("a", "z");
        numbers = ThinNumbers.Load(file);
        (numbers.Find("a"), numbers.Find("z"), numbers.Find("c"), numbers.Take("d")).ShouldBe((null, 1, 3, 2));
        File.AppendAllText(file, "nonsense\n");
        Should.Throw<InvalidDataException>(() => ThinNumbers.Load(file)).Message.ShouldBe($"{file}: \"nonsense\" is no number and name of a thin device");
    }

    [Fact]
    public void Aufs_gets_its_branches_in_pages()
    {
        AufsDriver.MountOptions("/upper", ["/l/2", "/l/1"], writable: true).ShouldBe(["dio,xino=/dev/shm/aufs.xino,br:/upper=rw:/l/2=ro+wh:/l/1=ro+wh"]);
        AufsDriver.MountOptions("/upper", ["/l/1"], writable: false).ShouldBe(["dio,xino=/dev/shm/aufs.xino,br:/upper=ro+wh:/l/1=ro+wh"]);
        AufsDriver.MountOptions(null, ["/l/1"], writable: false).ShouldBe(["dio,xino=/dev/shm/aufs.xino,br:/l/1=ro+wh"]);

        string[] branches = [.. Enumerable.Range(0, 200).Select(i => $"/var/lib/shiplog/worker/layers/{new string('a', 60)}{i:0000}/aufs")];
        var options = AufsDriver.MountOptions("/upper", branches, writable: true);
        options.ShouldAllBe(o => o.Length <= 4095);
        options[1..].ShouldAllBe(o => o.StartsWith("append:/var/"));
        string.Join(':', options.Select(o => o.Replace("append:", "", StringComparison.Ordinal))).Split(':').Skip(2).ShouldBe(branches.Select(b => b + "=ro+wh"));
    }

    [Fact]
    public void Aufs_gets_a_layer_with_names_for_what_is_deleted()
    {
        var below = _tree.Unpack(new TestTar().Directory("./").Directory("d/").File("d/old").File("gone").ToArray());
        var layer = _tree.Unpack(new TestTar().Directory("./", time: 5).File(".wh.gone").Directory("d/").File("d/.wh..wh..opq").File("d/new", "n").ToArray(), below);
        var branch = Path.Combine(_tree.Root, "branch");
        AufsDriver.WriteBranch(layer, branch);
        Directory.EnumerateFileSystemEntries(branch, "*", SearchOption.AllDirectories).Select(f => Path.GetRelativePath(branch, f)).Order()
            .ShouldBe([".wh.gone", "d", "d/.wh..wh..opq", "d/new"]);
        Directory.GetLastWriteTimeUtc(branch).ShouldBe(DateTime.UnixEpoch.AddSeconds(5));
        File.Exists(branch + ".tar").ShouldBeFalse();
    }

    public void Dispose() => _tree.Dispose();

    private (IStorageDriver Driver, Contracts.Orders.StorageChoice Choice) Choose(string settings)
    {
        var home = _tree.NewFolder();
        File.WriteAllText(Path.Combine(home, "shiplog.json"), settings);
        // The overlay's trial mount needs no namespace of its own: it is gone before this returns.
        var drivers = new StorageDrivers(Instance.Load(home));
        return (drivers.Chosen, drivers.Choice);
    }

    private static string[] Lines(Command[] commands) => [.. commands.Select(c => $"{c.Program} {string.Join(' ', c.Arguments)}")];
}
