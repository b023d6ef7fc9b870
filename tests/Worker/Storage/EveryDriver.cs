using System.Globalization;
using Shiplog.Contracts;
using Shiplog.Worker.Linux;
using Shiplog.Worker.Linux.FileSystem;
using Shiplog.Worker.Storage;
using Shiplog.Worker.Tests.Layers;

namespace Shiplog.Worker.Tests.Storage;

/// <summary>What a storage driver must do, whichever it is.</summary>
public sealed class EveryDriver
{
    /// <summary>Those that the kernels can have that we run on; of the others, <see cref="DriversThatCannotRunHere"/> tests the plans.</summary>
    public static readonly TheoryData<string> Names = ["overlay2", "fuse-overlayfs", "vfs", "erofs", "btrfs"];

    private const string Edits = """
        echo new > created; chown 12:34 created; chmod 4755 created; touch -d '2001-02-03 04:05:06.123456789' created
        rm etc/old; echo more >> etc/kept
        rm -rf folder; mkdir folder; echo x > folder/inside; touch -d '1999-01-01' folder
        ln created second-name; ln -s /nowhere link; mknod -m 600 device c 7 9; mkfifo pipe
        mv etc/moved moved-here; touch -d @1700000000 etc
        rm was-dir/file; rmdir was-dir; echo file > was-dir; rm was-file; mkdir was-file; echo in > was-file/inside
        mkdir -m 1777 tmp; touch "$(printf 'name-\344')"
        touch -d @1700000000 .
        """;

    private static byte[] Base() => new TestTar()
        .Directory("./").Directory("bin/").File("bin/su", "su", 0x9ed, 0, 0).HardLink("bin/su2", "bin/su").Symlink("bin/sh", "su")
        .Directory("dev/").Device("dev/null", 1, 3).Pipe("dev/pipe")
        .Directory("etc/", time: 1_000_000).File("etc/old", "o").File("etc/kept", "k").File("etc/moved", "m").File("etc/owned", "x", 0x1a4, 3_000_000, 4_000_000)
        .Directory("folder/").File("folder/gone", "g").Directory("was-dir/").File("was-dir/file").File("was-file", "f")
        .Directory("opaque/").File("opaque/below").Directory("home/", 0x1c0, 1000, 1000, TestTar.Noon, ("user.note", "on a folder"u8.ToArray())).ToArray();

    private static byte[] Second() => new TestTar()
        .Directory("./", time: 1_600_000_000).File(".wh.dev").Directory("opaque/").File("opaque/.wh..wh..opq").File("opaque/here", "h")
        .Directory("links/").HardLink("links/to-below", "etc/kept").ToArray();

    [Theory]
    [MemberData(nameof(Names))]
    public void Shows_the_layers_as_applying_them_in_order_gives(string name) => StorageBench.With(name, bench =>
    {
        using var tree = new Tree();
        bench.Driver.Name.ShouldBe(name);
        var layers = bench.Take(null, Base(), Second());
        Tree.ShouldBeSame(bench.Look(bench.Container("one"), layers), Tree.Of(tree.ApplyInOrder(Base(), Second())));
    });

    [Theory]
    [MemberData(nameof(Names))]
    public void Tells_what_was_changed_and_a_layer_of_it_gives_it_back(string name) => StorageBench.With(name, bench =>
    {
        var layers = bench.Take(null, Base());
        var container = bench.Container("one");
        var inContainer = bench.Change(container, layers, Edits);

        bench.Changes(container, layers).ShouldBe([
            "A /created", "A /device", "C /etc", "C /etc/kept", "D /etc/moved", "D /etc/old", "C /folder", "D /folder/gone", "A /folder/inside",
            "A /link", "A /moved-here", "A /name-\u00e4", "A /pipe", "A /second-name", "A /tmp", "C /was-dir", "C /was-file", "A /was-file/inside"],
            ignoreOrder: true);
        bench.Drivers.For(container).Size(container, () => layers).ShouldBeInRange(10, 200_000);
        var layer = bench.Diff(container, layers, out var changed);
        changed.ShouldBeTrue();
        Tree.ShouldBeSame(bench.Look(bench.Container("two"), bench.Take(layers, layer)), inContainer);
    });

    [Theory]
    [MemberData(nameof(Names))]
    public void Tells_the_same_of_a_root_that_is_mounted(string name) => StorageBench.With(name, bench =>
    {
        var layers = bench.Take(null, Base());
        var container = bench.Container("one");
        bench.Drivers.Claim(container).Mount(container, layers, RootUse.ReadWrite);
        // Mounted within: the container's, not the image's.
        StorageBench.Run($"cd '{container.Merged}'; {Edits}\nmount -t tmpfs tmpfs tmp; touch tmp/not-ours");
        var (changes, layer) = (bench.Changes(container, layers), bench.Diff(container, layers, out _));
        Mounts.Unmount(container.Merged + "/tmp");
        Mounts.Unmount(container.Merged);
        changes.ShouldBe(bench.Changes(container, layers));
        layer.AsSpan().SequenceEqual(bench.Diff(container, layers, out _)).ShouldBeTrue();
    });

    [Theory]
    [MemberData(nameof(Names))]
    public void Tells_of_nothing_where_nothing_was_changed(string name) => StorageBench.With(name, bench =>
    {
        var layers = bench.Take(null, Base(), Second());
        var container = bench.Container("one");
        bench.Look(container, layers);
        bench.Changes(container, layers).ShouldBeEmpty();
        bench.Diff(container, layers, out var changed);
        changed.ShouldBeFalse();
        bench.Drivers.For(container).Size(container, () => layers).ShouldBe(0);
    });

    [Theory]
    [MemberData(nameof(Names))]
    public void Finds_changes_that_leave_size_and_times_as_they_were(string name) => StorageBench.With(name, bench =>
    {
        var layers = bench.Take(null, Base());
        var container = bench.Container("one");
        bench.Change(container, layers, """
            chmod 600 etc/kept
            python3 -c "import os; os.setxattr('etc/owned', 'user.note', b'new')"
            """);
        bench.Changes(container, layers).ShouldBe(["C /etc", "C /etc/kept", "C /etc/owned"]);
    });

    [Theory]
    [MemberData(nameof(Names))]
    public void Keeps_changes_over_a_reboot_and_apart_from_other_containers(string name) => StorageBench.With(name, bench =>
    {
        var layers = bench.Take(null, Base());
        var (one, two) = (bench.Container("one"), bench.Container("two"));
        bench.Change(one, layers, "echo one > etc/kept");
        bench.Change(two, layers, "test $(cat etc/kept) = k; echo two > etc/kept");
        bench.Reboot();
        bench.Change(one, layers, "test $(cat etc/kept) = one");
        bench.Change(two, layers, "test $(cat etc/kept) = two");
        bench.Change(bench.Container("three"), layers, "test $(cat etc/kept) = k");
    });

    [Theory]
    [MemberData(nameof(Names))]
    public void Shows_a_container_that_cannot_be_written_to(string name) => StorageBench.With(name, bench =>
    {
        var layers = bench.Take(null, Base());
        var container = bench.Container("one");
        bench.Change(container, layers, "echo mine > file");
        bench.Driver.Mount(container, layers, RootUse.ReadOnly);
        StorageBench.Run($"cd '{container.Merged}'; test $(cat file) = mine; test $(cat etc/kept) = k; ! touch other");
        Mounts.Unmount(container.Merged);
    });

    /// <summary>128 is where mount options, which have one page, come to an end by the shortest of names.</summary>
    [Theory]
    [MemberData(nameof(Names))]
    public void Takes_an_image_of_two_hundred_layers(string name) => StorageBench.With(name, bench =>
    {
        var tars = Enumerable.Range(0, 200).Select(i => new TestTar().Directory("./").File($"file-{i}", $"{i}").ToArray()).ToArray();
        var layers = bench.Take(null, tars);
        bench.Change(bench.Container("one"), layers, "test $(ls | wc -l) = 200; test $(cat file-0) = 0; test $(cat file-199) = 199; echo x > file-100");
        bench.Changes(bench.Container("one"), layers).ShouldBe(["C /file-100"]);
    });

    [Theory]
    [MemberData(nameof(Names))]
    public void Leaves_nothing_of_what_was_removed(string name) => StorageBench.With(name, bench =>
    {
        var layers = bench.Take(null, Base(), Second());
        var container = bench.Container("one");
        bench.Change(container, layers, Edits);
        bench.Remove(container);
        foreach (var chainId in layers.Chain.Reverse())
            bench.Store.Retire(chainId);
        bench.Store.DeleteTrash();

        Mounts.Below(bench.Instance.WorkerFolder).ShouldBeEmpty();
        Directory.EnumerateFileSystemEntries(bench.Instance.WorkerFolder, "*", SearchOption.AllDirectories)
            .Select(f => Path.GetRelativePath(bench.Instance.WorkerFolder, f)).Order()
            .ShouldBe(["containers", "ingest", "init-layer", "l", "layers"]);
        if (name == "btrfs")
            StorageBench.Run($"btrfs subvolume list '{bench.Instance.Home}'").ShouldBeEmpty();
    });

    [Theory]
    [MemberData(nameof(Names))]
    public void Keeps_holes(string name) => StorageBench.With(name, bench =>
    {
        using var tree = new Tree();
        StorageBench.Run($"cd '{tree.Root}'; mkdir s; echo start > s/sparse; truncate -s 64M s/sparse; tar -C s -S -cf s.tar .");
        var layers = bench.Take(null, File.ReadAllBytes(Path.Combine(tree.Root, "s.tar")));
        var container = bench.Container("one");
        bench.Driver.Mount(container, layers, RootUse.ReadWrite);
        var blocks = StorageBench.Run($"stat -c '%b %s' '{container.Merged}/sparse'").Split(' ');
        Mounts.Unmount(container.Merged);
        int.Parse(blocks[1], CultureInfo.InvariantCulture).ShouldBe(64 << 20);
        // erofs 1.5 writes holes out, as its mkfs tells no file's holes.
        if (name != "erofs")
            int.Parse(blocks[0], CultureInfo.InvariantCulture).ShouldBeLessThan(1000, "blocks of 512 bytes");
    });

    [Theory]
    [MemberData(nameof(Names))]
    public void A_container_stays_with_its_driver(string name) => StorageBench.With(name, bench =>
    {
        var layers = bench.Take(null, Base());
        var container = bench.Container("one");
        bench.Change(container, layers, "echo mine > file");

        var home = bench.Instance.Home;
        File.WriteAllText(Path.Combine(home, "shiplog.json"), """{ "storage-driver": "vfs" }""");
        var later = new StorageDrivers(Instance.Load(home));
        later.For(container).Name.ShouldBe(name);
        later.For(container).Mount(container, layers, RootUse.ReadWrite);
        File.ReadAllText(Path.Combine(container.Merged, "file")).ShouldBe("mine\n");
        Mounts.Unmount(container.Merged);
        later.For(bench.Container("two")).Name.ShouldBe("vfs");
    });
}
