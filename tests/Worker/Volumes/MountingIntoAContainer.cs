using Shiplog.Contracts.Orders;
using Shiplog.Worker.Tests.Harness;
using Shouldly;

namespace Shiplog.Worker.Tests.Volumes;

public sealed class MountingIntoAContainer(SharedWorker shared) : IClassFixture<SharedWorker>, IDisposable
{
    private readonly WorkerHost _host = shared.Host;
    private readonly string _folder = Directory.CreateTempSubdirectory("slm-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task A_folder_of_the_hosts_is_read_and_written_in_both_directions()
    {
        File.WriteAllText(Path.Combine(_folder, "from-host"), "hello");
        var text = await OutputAsync(["sh", "-c", "cat /data/from-host; echo back > /data/from-container"], Bind(_folder, "/data"));
        text.ShouldBe("hello");
        File.ReadAllText(Path.Combine(_folder, "from-container")).ShouldBe("back\n");
    }

    [Fact]
    public async Task A_single_file_is_mounted_over_one_of_the_image()
    {
        File.WriteAllText(Path.Combine(_folder, "passwd"), "root:x:0:0:root:/mine:/bin/sh\n");
        (await OutputAsync(["cat", "/etc/passwd"], Bind(Path.Combine(_folder, "passwd"), "/etc/passwd"))).ShouldContain("/mine");
    }

    [Fact]
    public async Task Read_only_means_the_mounts_below_the_source_too()
    {
        var below = Directory.CreateDirectory(Path.Combine(_folder, "below")).FullName;
        _host.Namespaces.Run("mount", "-t", "tmpfs", "below", below);
        try
        {
            var text = await OutputAsync(
                ["sh", "-c", "touch /data/a; touch /data/below/b; echo done"], Bind(_folder, "/data") with { ReadOnly = true });
            text.ShouldContain("/data/a: Read-only file system");
            text.ShouldContain("/data/below/b: Read-only file system");
            text = await OutputAsync(
                ["sh", "-c", "touch /data/a; touch /data/below/b && echo written"], Bind(_folder, "/data") with { ReadOnly = true, ReadOnlyBelow = false });
            text.ShouldContain("/data/a: Read-only file system");
            text.ShouldContain("written");
            text = await OutputAsync(["sh", "-c", "ls /data/below | wc -l"], Bind(_folder, "/data") with { Recursive = false });
            text.Trim().ShouldBe("0");
        }
        finally
        {
            _host.Namespaces.Run("umount", below);
        }
    }

    [Fact]
    public async Task A_missing_source_is_made_for_the_short_form_and_refused_for_the_long_one()
    {
        var missing = Path.Combine(_folder, "a", "b");
        var order = Order(["true"], Bind(missing, "/data") with { CreateSource = false });
        var refused = (await _host.Server.SendAsync(order)).Failure.ShouldNotBeNull();
        refused.Error.ShouldBe($"invalid mount config for type \"bind\": bind source path does not exist: {missing}");
        refused.Step.ShouldBe("MountVolumes");
        NothingIsLeft(order);
        await OutputAsync(["true"], Bind(missing, "/data"));
        Directory.Exists(missing).ShouldBeTrue();
    }

    [Fact]
    public async Task The_source_is_the_one_that_was_opened_whatever_its_path_becomes()
    {
        File.WriteAllText(Path.Combine(_folder, "first"), "first");
        var link = Path.Combine(_folder, "link");
        File.CreateSymbolicLink(link, Path.Combine(_folder, "first"));
        var order = Order(["sh", "-c", "sleep 0.2; cat /f"], Bind(link, "/f"));
        (await _host.Server.SendAsync(order)).Failure.ShouldBeNull();
        File.Delete(link);
        File.CreateSymbolicLink(link, "/etc/shadow");
        (await EndAsync(order)).ShouldBe("first");
    }

    [Fact]
    public async Task A_tmpfs_has_its_size_and_mode_and_is_gone_afterwards()
    {
        var text = await OutputAsync(
            ["sh", "-c", "grep ' /t ' /proc/mounts; ls -ld /t; dd if=/dev/zero of=/t/x bs=1024 count=2000 2>&1 | grep -c 'No space'"],
            new ContainerMount(MountKind.Tmpfs, "/t", null, null, false, false, false, false, "", ["noexec", "nosuid", "nodev", "size=1048576", "mode=0700"]));
        text.ShouldContain("size=1024k");
        text.ShouldContain("noexec");
        text.ShouldContain("drwx------");
        text.TrimEnd().ShouldEndWith("1");
    }

    [Fact]
    public async Task A_read_only_root_keeps_its_writable_mounts()
    {
        var order = Order(["sh", "-c", "touch /no; touch /data/yes && echo written"], Bind(_folder, "/data"));
        var text = await RunAsync(order with { RootFs = order.RootFs with { ReadOnly = true } });
        text.ShouldContain("/no: Read-only file system");
        text.ShouldContain("written");
    }

    [Fact]
    public async Task What_is_asked_for_takes_the_place_of_what_every_container_has()
    {
        File.WriteAllText(Path.Combine(_folder, "hosts"), "127.0.0.1 mine\n");
        (await OutputAsync(["cat", "/etc/hosts"], Bind(Path.Combine(_folder, "hosts"), "/etc/hosts"))).ShouldBe("127.0.0.1 mine\n");
    }

    [Fact]
    public async Task A_mount_inside_another_one_is_made_after_it()
    {
        var inner = Directory.CreateTempSubdirectory("sli-").FullName;
        try
        {
            File.WriteAllText(Path.Combine(inner, "f"), "inner");
            Directory.CreateDirectory(Path.Combine(_folder, "in"));
            (await OutputAsync(["cat", "/data/in/f"], Bind(_folder, "/data"), Bind(inner, "/data/in"))).ShouldBe("inner");
        }
        finally
        {
            Directory.Delete(inner, recursive: true);
        }
    }

    [Fact]
    public async Task Of_a_link_in_the_image_the_destination_stays_inside_the_root()
    {
        var outside = Directory.CreateTempSubdirectory("slo-").FullName;
        var link = Path.Combine(_host.LayerFolder, "out" + Path.GetFileName(outside));
        File.CreateSymbolicLink(link, "../../../../../../../.." + outside);
        try
        {
            File.WriteAllText(Path.Combine(_folder, "f"), "mine");
            (await OutputAsync(["cat", $"/{Path.GetFileName(link)}/f"], Bind(_folder, "/" + Path.GetFileName(link)))).ShouldBe("mine");
            Directory.EnumerateFileSystemEntries(outside).ShouldBeEmpty();
            _host.Namespaces.Run("cat", "/proc/self/mountinfo").ShouldNotContain(outside);
        }
        finally
        {
            File.Delete(link);
            Directory.Delete(outside);
        }
    }

    [Theory]
    [InlineData("/proc")]
    [InlineData("/proc/sys/kernel")]
    [InlineData("/proc/self/attr")]
    public async Task Of_a_link_in_the_image_that_leads_into_proc_the_start_is_refused(string target)
    {
        var name = "slp" + Guid.NewGuid().ToString("n")[..8];
        File.CreateSymbolicLink(Path.Combine(_host.LayerFolder, name), target);
        try
        {
            foreach (var mount in (ContainerMount[])[Bind(_folder, "/" + name), Tmpfs("/" + name)])
            {
                var order = Order(["sh", "-c", "echo ran"], mount);
                var failure = (await _host.Server.SendAsync(order)).Failure.ShouldNotBeNull();
                failure.Step.ShouldBe("StartContainer");
                _host.Server.Reports.OfType<ContainerStartedReport>().ShouldNotContain(r => r.ContainerId == order.ContainerId);
                NothingIsLeft(order);
            }
        }
        finally
        {
            File.Delete(Path.Combine(_host.LayerFolder, name));
        }
    }

    [Fact]
    public async Task A_failed_start_lets_go_of_all_sources()
    {
        var order = Order(["/no/such/program"], Bind(_folder, "/data"), Bind("/etc/hostname", "/h"));
        (await _host.Server.SendAsync(order)).Failure.ShouldNotBeNull().ExitCode.ShouldBe(127);
        NothingIsLeft(order);
        Directory.Exists(_folder).ShouldBeTrue();
    }

    private static ContainerMount Bind(string source, string destination) =>
        new(MountKind.Bind, destination, source, null, true, true, false, null, "rprivate", []);

    private static ContainerMount Tmpfs(string destination) => new(MountKind.Tmpfs, destination, null, null, false, false, false, false, "", ["noexec"]);

    private StartContainer Order(string[] args, params ContainerMount[] mounts) => _host.None(args) with { Mounts = mounts };

    private Task<string> OutputAsync(string[] args, params ContainerMount[] mounts) => RunAsync(Order(args, mounts));

    private async Task<string> RunAsync(StartContainer order)
    {
        (await _host.Server.SendAsync(order)).Failure.ShouldBeNull();
        var output = await EndAsync(order);
        NothingIsLeft(order);
        return output;
    }

    private async Task<string> EndAsync(StartContainer order)
    {
        await _host.Server.ReceivedAsync<ContainerExitedReport>(r => r.ContainerId == order.ContainerId);
        using var http = _host.Server.Http();
        return await http.GetStringAsync(WorkerStreams.Logs(order.ContainerId) + "?stdout=1&stderr=1&tty=1");
    }

    private void NothingIsLeft(StartContainer order)
    {
        _host.Namespaces.Run("cat", "/proc/self/mountinfo").ShouldNotContain(order.ContainerId);
        Directory.Exists(_host.Paths(order.ContainerId).Mounts).ShouldBeFalse();
        Directory.Exists(_host.Paths(order.ContainerId).Bundle).ShouldBeFalse();
    }
}
