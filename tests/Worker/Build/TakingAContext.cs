using System.Diagnostics;
using System.IO.Compression;
using Shiplog.Contracts.Orders;
using Shiplog.Worker.Layers.Tar;
using Shiplog.Worker.Linux;
using Shiplog.Worker.Orders;
using Shiplog.Worker.Tests.Images;
using Shiplog.Worker.Tests.Layers;
using static Shiplog.Worker.Tests.Build.BuildBench;

namespace Shiplog.Worker.Tests.Build;

public sealed class TakingAContext : IDisposable
{
    private readonly BuildBench _bench = new();

    [Fact]
    public void It_is_unpacked_for_root_alone()
    {
        _bench.TakeContext(new TestTar().File("a", "A", 0x9ff).Directory("d/", 0x1ff).ToArray());
        Listing(_bench.Paths.Context).ShouldBe(["4777 0:0 /a A", "777 0:0 /d/"]);
        File.GetUnixFileMode(_bench.Paths.Folder).ShouldBe((UnixFileMode)0x1c0);
        File.GetUnixFileMode(Path.GetDirectoryName(_bench.Paths.Folder)!).ShouldBe((UnixFileMode)0x1c0);
    }

    [Theory, InlineData("gzip"), InlineData("zstd"), InlineData("plain")]
    public void It_comes_compressed_or_not(string format)
    {
        var tar = new TestTar().File("a", "A").ToArray();
        _bench.TakeContext(format switch
        {
            "gzip" => TestImage.Gzip(tar),
            "zstd" => new ZstdSharp.Compressor().Wrap(tar).ToArray(),
            _ => tar,
        });
        Listing(_bench.Paths.Context).ShouldBe(["644 0:0 /a A"]);
    }

    [Fact]
    public void An_empty_one_is_one()
    {
        _bench.TakeContext([]);
        Listing(_bench.Paths.Context).ShouldBeEmpty();
    }

    public static readonly TheoryData<string, byte[], string> Hostile = new()
    {
        { "out", new TestTar().File("../out", "x").ToArray(), "leads out of the archive's root" },
        { "device", new TestTar().File("a").Device("null", 1, 3).ToArray(), "null is a device node, which no build can copy: name it in .dockerignore" },
        { "block", new TestTar().Device("disk", 8, 0, TarKind.BlockDevice).ToArray(), "is a device node" },
        { "link", new TestTar().HardLink("passwd", "/etc/passwd").ToArray(), "which is nowhere" },
        { "link-out", new TestTar().HardLink("passwd", "../../etc/passwd").ToArray(), "leads out of the archive's root" },
        { "cut", new TestTar().File("a", new string('x', 5000)).ToArray()[..3000], "ends in the middle of a member" },
        { "text", [.. Enumerable.Repeat((byte)'x', 2000)], "not a tar archive" },
        { "claim", new TestTar().File("a").Claiming("huge", 1L << 60), "claims more than" },
        { "below-file", new TestTar().File("a").File("a/b").ToArray(), "is no directory" },
    };

    [Theory, MemberData(nameof(Hostile))]
    public void A_bad_one_is_refused_and_leaves_nothing(string name, byte[] tar, string error)
    {
        Should.Throw<TarException>(() => _bench.TakeContext(tar), name).Message.ShouldContain(error);
        Directory.Exists(_bench.Paths.Folder).ShouldBeFalse();
    }

    [Fact]
    public void A_few_kilobytes_that_would_fill_the_disk_are_refused()
    {
        // A hole as large as no disk, that takes no room in the archive.
        var size = _bench.Store.FreeBytes + (1L << 30);
        var bomb = StorageRun($"truncate -s {size} bomb; tar -S -cf - bomb | gzip");
        bomb.Length.ShouldBeLessThan(10_000);
        Should.Throw<TarException>(() => _bench.TakeContext(bomb)).Message.ShouldContain("claims more than");
        Directory.Exists(_bench.Paths.Folder).ShouldBeFalse();
    }

    [Theory, InlineData("OUT"), InlineData("../../../../../../../../OUT")]
    public void Links_lead_nowhere_else(string target)
    {
        var outside = Directory.CreateTempSubdirectory("shiplog-outside-").FullName;
        _bench.TakeContext(new TestTar().Symlink("way", target.Replace("OUT", outside, StringComparison.Ordinal)).Directory("way/").File("way/file", "x").ToArray());
        Directory.GetFileSystemEntries(outside).ShouldBeEmpty();
        Listing(_bench.Paths.Context).ShouldBe(["755 0:0 /way/", "644 0:0 /way/file x"]);
        Directory.Delete(outside);
    }

    [Fact]
    public void A_build_has_one_context()
    {
        _bench.TakeContext(new TestTar().File("a", "first").ToArray());
        Should.Throw<OrderException>(() => _bench.TakeContext(new TestTar().File("a", "second").ToArray())).Failure.Kind.ShouldBe(FailureKind.Conflict);
        Listing(_bench.Paths.Context).ShouldBe(["644 0:0 /a first"]);
    }

    [Theory, InlineData(""), InlineData("."), InlineData(".."), InlineData("../x"), InlineData("a/b"), InlineData(".hidden")]
    public void An_id_that_is_no_name_is_refused(string id) =>
        Should.Throw<OrderException>(() => _bench.Builds.Use(id)).Failure.ShouldBe(new OrderFailure("", FailureKind.Invalid, $"invalid build id: \"{id}\""));

    [Fact]
    public async Task Its_end_stops_what_is_being_done_and_deletes_all()
    {
        _bench.TakeContext(new TestTar().File("a", "A").ToArray());
        var use = _bench.Builds.Use(Id);
        var end = _bench.Builds.EndAsync(Id);
        use.Build.Ended.IsCancellationRequested.ShouldBeTrue();
        Should.Throw<OrderException>(() => _bench.Builds.Use(Id)).Failure.Error.ShouldBe("build build-1 has ended");
        end.IsCompleted.ShouldBeFalse();
        Directory.Exists(_bench.Paths.Context).ShouldBeTrue();
        use.Dispose();
        await end;
        Directory.Exists(_bench.Paths.Folder).ShouldBeFalse();
        await _bench.Builds.EndAsync(Id);
    }

    [Theory, MemberData(nameof(BuildBench.Drivers), MemberType = typeof(BuildBench))]
    public async Task What_a_killed_worker_left_goes_mounts_and_all(string driver)
    {
        using var bench = new BuildBench(driver);
        var image = await bench.ImageAsync(new TestTar().Directory("./").File("a", "A").ToArray());
        bench.TakeContext(new TestTar().File("a", "A").ToArray());
        // As far as a step gets before its mount is out of sight.
        var root = new Worker.Lifecycle.ContainerPaths(bench.Instance, bench.Paths.Roots, "root-1");
        Directory.CreateDirectory(root.Folder);
        bench.StorageDrivers.Claim(root).Mount(root, Worker.Storage.RootLayers.Find(bench.Instance, [.. image.Layers.Select(l => l.ChainId)]), Worker.Storage.RootUse.Passing);
        File.ReadAllText(Path.Combine(root.Merged, "a")).ShouldBe("A");

        var later = new Worker.Build.Builds(bench.Instance, new Worker.Storage.StorageDrivers(bench.Instance));
        later.Left().ShouldBe([Id]);
        later.Remove(Id);

        later.Left().ShouldBeEmpty();
        Mounts.Below(bench.Paths.Folder).ShouldBeEmpty();
        Listing(bench.Store.Layers.DiffFolder(image.Layers[0].ChainId)).ShouldBe(["644 0:0 /a A"]);
    }

    public void Dispose() => _bench.Dispose();

    private static byte[] StorageRun(string script)
    {
        var folder = Directory.CreateTempSubdirectory("shiplog-bomb-").FullName;
        using var process = Process.Start(new ProcessStartInfo("bash", ["-ec", script]) { RedirectStandardOutput = true, WorkingDirectory = folder })!;
        using var output = new MemoryStream();
        process.StandardOutput.BaseStream.CopyTo(output);
        process.WaitForExit();
        Directory.Delete(folder, recursive: true);
        process.ExitCode.ShouldBe(0);
        return output.ToArray();
    }
}
