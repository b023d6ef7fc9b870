using Shiplog.Contracts.Orders;
using Shiplog.Worker.Linux.FileSystem;
using Shiplog.Worker.Tests.Harness;
using Shiplog.Worker.Volumes;
using Shouldly;

namespace Shiplog.Worker.Tests.Volumes;

public sealed class KeepingVolumes(SharedWorker shared) : IClassFixture<SharedWorker>
{
    private readonly WorkerHost _host = shared.Host;

    [Fact]
    public async Task What_one_container_writes_the_next_one_reads()
    {
        var volume = Volume("/data");
        await RunAsync(["sh", "-c", "echo kept > /data/file"], volume);
        (await RunAsync(["cat", "/data/file"], volume)).ShouldBe("kept\n");
    }

    [Fact]
    public async Task Each_container_is_reported_when_it_gets_a_volume_and_when_it_lets_go()
    {
        var volume = Volume("/data") with { ReadOnly = true };
        var order = _host.None(["true"]) with { Mounts = [volume] };
        await RunAsync(order);
        var mounted = _host.Server.Reports.OfType<VolumesMountedReport>().Single(r => r.ContainerId == order.ContainerId);
        mounted.Volumes.ShouldBe([new MountedVolume(volume.Volume!.Name, "/data", true, false)]);
        _host.Server.Reports.OfType<VolumesUnmountedReport>().Single(r => r.ContainerId == order.ContainerId).Volumes.ShouldHaveSingleItem()
            .Name.ShouldBe(volume.Volume!.Name);
    }

    [Fact]
    public async Task An_empty_volume_gets_what_the_image_has_with_owners_modes_and_links()
    {
        var folder = Path.Combine(_host.LayerFolder, "seed");
        Directory.CreateDirectory(Path.Combine(folder, "deep"));
        File.WriteAllText(Path.Combine(folder, "deep/file"), "content");
        File.CreateSymbolicLink(Path.Combine(folder, "link"), "/etc/shadow");
        _host.Namespaces.Run("ln", Path.Combine(folder, "deep/file"), Path.Combine(folder, "again"));
        _host.Namespaces.Run("mkfifo", Path.Combine(folder, "pipe"));
        _host.Namespaces.Run("chown", "-Rh", "1234:5678", folder);
        _host.Namespaces.Run("chmod", "4751", Path.Combine(folder, "deep/file"));
        _host.Namespaces.Run("chmod", "2770", folder);
        using (var deep = FileCalls.OpenRoot(Path.Combine(folder, "deep")))
            FileCalls.TrySetXattr(deep, "file"u8, "user.mark"u8, "x"u8).ShouldBeTrue();
        var volume = Volume("/seed");
        await RunAsync(["true"], volume);
        var data = Paths(volume).Data;
        string[] what = ["-c", "%A %u:%g %h %N %Y"];
        foreach (var name in (string[])["", "/deep", "/deep/file", "/link", "/again", "/pipe"])
        {
            _host.Namespaces.Run("stat", [.. what, data + name]).Replace(data, folder, StringComparison.Ordinal)
                .ShouldBe(_host.Namespaces.Run("stat", [.. what, folder + name]), name);
        }
        _host.Namespaces.Run("stat", "-c", "%i", data + "/again").ShouldBe(_host.Namespaces.Run("stat", "-c", "%i", data + "/deep/file"));
        using (var deep = FileCalls.OpenRoot(data + "/deep"))
            FileCalls.TryGetXattr(deep, "file"u8, "user.mark"u8).ShouldBe("x"u8.ToArray());
        _host.Server.Reports.OfType<VolumesMountedReport>().Last(r => r.Volumes[0].Name == volume.Volume!.Name).Volumes[0].CopiedUp.ShouldBeTrue();
    }

    [Fact]
    public async Task A_volume_that_holds_something_or_is_not_to_be_filled_stays_as_it_is()
    {
        Directory.CreateDirectory(Path.Combine(_host.LayerFolder, "full"));
        File.WriteAllText(Path.Combine(_host.LayerFolder, "full/of-image"), "");
        var volume = Volume("/elsewhere");
        await RunAsync(["touch", "/elsewhere/mine"], volume);
        (await RunAsync(["ls", "/full"], volume with { Destination = "/full" })).ShouldBe("mine\n");
        var untouched = Volume("/full");
        (await RunAsync(["ls", "/full"], untouched with { Volume = untouched.Volume! with { Copy = false } })).ShouldBe("");
    }

    [Fact]
    public async Task A_filling_that_a_crash_interrupted_is_done_again()
    {
        Directory.CreateDirectory(Path.Combine(_host.LayerFolder, "half"));
        File.WriteAllText(Path.Combine(_host.LayerFolder, "half/a"), "whole");
        var volume = Volume("/half");
        await CreateAsync(volume);
        File.WriteAllText(Path.Combine(Paths(volume).Data, "a"), "wh");
        File.WriteAllText(Paths(volume).Filling, "");
        (await RunAsync(["cat", "/half/a"], volume)).ShouldBe("whole");
        File.Exists(Paths(volume).Filling).ShouldBeFalse();
    }

    [Fact]
    public async Task Links_that_a_container_left_do_not_lead_a_subpath_out_of_the_volume()
    {
        var volume = Volume("/data");
        await RunAsync(["sh", "-c", "mkdir -p /data/sub/deep; echo in > /data/sub/deep/f"], volume);
        var part = volume with { Destination = "/part", Volume = volume.Volume! with { Subpath = "sub/deep" } };
        (await RunAsync(["cat", "/part/f"], part)).ShouldBe("in\n");

        File.CreateSymbolicLink(Path.Combine(Paths(volume).Data, "out"), "/etc");
        var refused = await FailureAsync(part with { Volume = volume.Volume! with { Subpath = "out" } });
        refused.Error.ShouldBe($"cannot access path out of volume {volume.Volume!.Name}: no such file or directory");
        (await RunAsync(["ls", "/part"], part with { Volume = volume.Volume! with { Subpath = "../../.." } })).ShouldBe("out\nsub\n");
    }

    [Fact]
    public async Task Options_say_what_is_mounted_from_the_first_container_to_the_last()
    {
        var volume = Volume("/t");
        volume = volume with
        {
            Volume = volume.Volume! with { Options = new() { ["type"] = "tmpfs", ["device"] = "tmpfs", ["o"] = "size=1m,uid=1000,noexec" } },
        };
        var first = _host.None(["sh", "-c", "grep ' /t ' /proc/mounts; echo shared > /t/f; while ! [ -e /t/stop ]; do sleep 0.05; done"]) with { Mounts = [volume] };
        (await _host.Server.SendAsync(first)).Failure.ShouldBeNull();
        (await RunAsync(["sh", "-c", "while ! [ -e /t/f ]; do sleep 0.05; done; cat /t/f; touch /t/stop"], volume)).ShouldBe("shared\n");
        var text = await EndAsync(first);
        text.ShouldContain("size=1024k");
        text.ShouldContain("uid=1000");
        text.ShouldContain("noexec");
        _host.Namespaces.Run("cat", "/proc/self/mountinfo").ShouldNotContain(Paths(volume).Data);
        (await RunAsync(["ls", "/t"], volume)).ShouldBe("", "a tmpfs lives as long as somebody has it");
    }

    [Fact]
    public async Task A_mount_that_the_kernel_refuses_fails_the_start_and_tells_no_password()
    {
        var volume = Volume("/t");
        volume = volume with
        {
            Volume = volume.Volume! with { Options = new() { ["type"] = "nosuchfs", ["device"] = "//server/share", ["o"] = "username=me,password=hush" } },
        };
        var failure = await FailureAsync(volume);
        failure.Error.ShouldStartWith("failed to mount local volume: mount //server/share:");
        failure.Error.ShouldEndWith("no such device");
        failure.Error.ShouldNotContain("hush");
    }

    [Fact]
    public async Task A_volume_is_removed_when_nobody_has_it_and_what_is_mounted_on_it_is_not_touched()
    {
        var host = Directory.CreateTempSubdirectory("slv-").FullName;
        File.WriteAllText(Path.Combine(host, "precious"), "mine");
        var volume = Volume("/b");
        volume = volume with { Volume = volume.Volume! with { Options = new() { ["type"] = "none", ["device"] = host, ["o"] = "bind" } } };
        var order = _host.None(["sleep", "60"]) with { Mounts = [volume] };
        (await _host.Server.SendAsync(order)).Failure.ShouldBeNull();
        var remove = new RemoveVolume("remove-1-" + volume.Volume!.Name, volume.Volume!.Name);
        (await _host.Server.SendAsync(remove)).Failure!.Kind.ShouldBe(FailureKind.Conflict);
        await _host.Server.SendAsync(new KillContainer("kill-" + order.ContainerId, order.ContainerId, "KILL"));
        await EndAsync(order);
        (await _host.Server.SendAsync(remove with { CommandId = "remove-2-" + volume.Volume!.Name })).Failure.ShouldBeNull();
        Directory.Exists(Paths(volume).Folder).ShouldBeFalse();
        File.ReadAllText(Path.Combine(host, "precious")).ShouldBe("mine");
        Directory.Delete(host, recursive: true);
    }

    [Fact]
    public async Task A_volume_into_which_somebody_mounted_something_is_not_removed()
    {
        var volume = Volume("/data");
        await RunAsync(["sh", "-c", "echo 12345 > /data/f; mkdir /data/in"], volume);
        var inside = Path.Combine(Paths(volume).Data, "in");
        _host.Namespaces.Run("mount", "-t", "tmpfs", "x", inside);
        var remove = new RemoveVolume("remove-a-" + volume.Volume!.Name, volume.Volume!.Name);
        (await _host.Server.SendAsync(remove)).Failure!.Error.ShouldBe($"something is mounted on {inside}; unmount it first");
        _host.Namespaces.Run("umount", inside);
        (await _host.Server.SendAsync(remove with { CommandId = "remove-b-" + volume.Volume!.Name })).Failure.ShouldBeNull();
        _host.Server.Reports.OfType<VolumeRemovedReport>().Single(r => r.Name == volume.Volume!.Name).FreedBytes.ShouldBe(6);
        (await _host.Server.SendAsync(remove with { CommandId = "remove-c-" + volume.Volume!.Name })).Failure.ShouldBeNull("what is gone is removed");
    }

    [Fact]
    public async Task A_name_that_would_lead_out_of_the_folder_is_refused()
    {
        foreach (var name in (string[])["..", "a/b", "", ".hidden", "a\0b"])
            (await _host.Server.SendAsync(new CreateVolume("create-" + Guid.NewGuid().ToString("n"), name, "local", []))).Failure!.Kind.ShouldBe(FailureKind.Invalid);
    }

    [Fact]
    public async Task Sizes_and_missing_paths_are_told_to_whoever_may_not_look()
    {
        var volume = Volume("/data");
        await RunAsync(["sh", "-c", "printf 1234567 > /data/f"], volume);
        using var http = _host.Server.Http();
        (await http.GetStringAsync(WorkerStreams.VolumeSizes, TestContext.Current.CancellationToken)).ShouldContain($"{{\"Name\":\"{volume.Volume!.Name}\",\"Bytes\":7}}");
        (await http.GetStringAsync(WorkerStreams.MissingPaths + "?path=/etc/passwd&path=/no/such&path=/etc", TestContext.Current.CancellationToken)).ShouldBe("[\"/no/such\"]");
    }

    private VolumePaths Paths(ContainerMount volume) => new(_host.Instance, volume.Volume!.Name);

    private static ContainerMount Volume(string destination) => new(
        MountKind.Volume, destination, null, new VolumeSource("v" + Guid.NewGuid().ToString("n")[..10], "local", [], true, ""), false, true, false, null,
        "rprivate", []);

    private async Task CreateAsync(ContainerMount volume) =>
        (await _host.Server.SendAsync(new CreateVolume("create-" + volume.Volume!.Name, volume.Volume!.Name, "local", []))).Failure.ShouldBeNull();

    private Task<string> RunAsync(string[] args, ContainerMount volume) => RunAsync(_host.None(args) with { Mounts = [volume] });

    private async Task<string> RunAsync(StartContainer order)
    {
        (await _host.Server.SendAsync(order)).Failure.ShouldBeNull();
        return await EndAsync(order);
    }

    private async Task<OrderFailure> FailureAsync(ContainerMount volume) =>
        (await _host.Server.SendAsync(_host.None(["true"]) with { Mounts = [volume] })).Failure.ShouldNotBeNull();

    private async Task<string> EndAsync(StartContainer order)
    {
        await _host.Server.ReceivedAsync<ContainerExitedReport>(r => r.ContainerId == order.ContainerId);
        using var http = _host.Server.Http();
        return await http.GetStringAsync(WorkerStreams.Logs(order.ContainerId) + "?stdout=1&stderr=1&tty=1");
    }
}
