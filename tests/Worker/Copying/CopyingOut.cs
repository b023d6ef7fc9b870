using Shiplog.Contracts.Orders;
using Shiplog.Worker.Tests.Harness;

namespace Shiplog.Worker.Tests.Copying;

public sealed class CopyingOut(SharedWorker shared) : IClassFixture<SharedWorker>
{
    private const string Tree =
        "mkdir -p /d/e; printf x > /d/e/f; chmod 4751 /d/e/f; ln -s e /d/link; ln -s /d/e /d/absolute; ln -s nowhere /d/broken; mkdir /d/e/g";

    private readonly WorkerHost _host = shared.Host;

    [Theory, InlineData(true), InlineData(false)]
    public async Task A_directory_a_file_a_link_and_what_the_link_leads_to(bool running)
    {
        var container = await MakeAsync(running);
        (await container.GetAsync("/d")).Entries.ShouldBe(
            ["d/", "d/absolute -> /d/e", "d/broken -> nowhere", "d/e/", "d/e/f x", "d/e/g/", "d/link -> e"]);
        (await container.GetAsync("d/e/.")).Entries.ShouldBe(["./", "./f x", "./g/"]);
        (await container.GetAsync("/d/e/f")).Entries.ShouldBe(["f x"]);
        (await container.GetAsync("/d/link")).Entries.ShouldBe(["link -> e"]);
        (await container.GetAsync("/d/link/")).Entries.ShouldBe(["link/", "link/f x", "link/g/"]);
        (await container.GetAsync("/d/absolute/f")).Entries.ShouldBe(["f x"]);
        (await container.GetAsync("/d/e/../../d/e/f")).Entries.ShouldBe(["f x"]);
        var all = (await container.GetAsync("/")).Entries;
        all[0].ShouldBe("/");
        all.ShouldContain("/d/e/f x");
        all.ShouldContain("/bin/cat -> busybox");
    }

    [Theory, InlineData(true), InlineData(false)]
    public async Task What_is_there_is_told(bool running)
    {
        var container = await MakeAsync(running);
        var file = (await container.StatAsync("/d/e/f")).ShouldNotBeNull();
        (file.Name, file.Size, Convert.ToString(file.Mode, 8), file.LinkTarget).ShouldBe(("f", 1, "104751", ""));
        DateTimeOffset.Parse(file.Modified, System.Globalization.CultureInfo.InvariantCulture).ShouldBe(DateTimeOffset.UtcNow, TimeSpan.FromMinutes(5));
        (await container.StatAsync("/d/link")).ShouldNotBeNull().LinkTarget.ShouldBe("/d/e");
        (await container.StatAsync("/d/link/")).ShouldNotBeNull().ShouldSatisfyAllConditions(s => s.Name.ShouldBe("link"), s => (s.Mode >> 12).ShouldBe(4u));
        (await container.StatAsync("/d/absolute")).ShouldNotBeNull().LinkTarget.ShouldBe("/d/e");
        (await container.StatAsync("/d/broken")).ShouldNotBeNull().LinkTarget.ShouldBe("/d/nowhere");
        (await container.StatAsync("/")).ShouldNotBeNull().Name.ShouldBe("/");
    }

    [Fact]
    public async Task What_is_not_there_is_not_found()
    {
        var container = await MakeAsync(running: false);
        foreach (var path in (string[])["/nosuch", "/d/nosuch/x", "/d/broken/", "/d/broken/x"])
            (await container.GetAsync(path)).Status.ShouldBe(404, path);
        (await container.GetAsync("/d/e/f/x")).ShouldSatisfyAllConditions(a => a.Status.ShouldBe(500), a => a.Text.ShouldContain("not a directory"));
        (await container.GetAsync("a\0b")).Status.ShouldBe(400);
        (await container.GetAsync("")).Status.ShouldBe(400);
    }

    [Fact]
    public async Task Of_a_running_container_what_its_processes_see_but_nothing_of_the_kernels()
    {
        var container = await CopyingContainer.RunningAsync(_host, "echo seen > /dev/shm/file");
        (await container.GetAsync("/dev/shm/file")).Entries.ShouldBe(["file seen\n"]);
        (await container.GetAsync("/etc/hostname")).Entries.ShouldBe([$"hostname {container.Id[..12]}\n"]);
        foreach (var path in (string[])["/proc", "/sys"])
            (await container.GetAsync(path)).Entries.ShouldBe([path[1..] + "/"]);
        (await container.ExportAsync()).Entries.ShouldNotContain(e => e.StartsWith("dev/shm/", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Of_a_container_whose_first_process_has_gone_elsewhere_its_own_root()
    {
        var container = await CopyingContainer.RunAsync(
            _host, "mkdir -p /jail/bin; cp /bin/busybox /jail/bin/; echo out > /outside; exec chroot /jail /bin/busybox sleep 1000");
        await Eventually.Async(() => !Directory.Exists(Path.Combine(container.Root, "etc")) && File.Exists(Path.Combine(container.Root, "bin/busybox")));
        (await container.GetAsync("/outside")).Entries.ShouldBe(["outside out\n"]);
    }

    [Fact]
    public async Task The_whole_of_it_without_a_first_component()
    {
        var container = await MakeAsync(running: false);
        var exported = (await container.ExportAsync()).Entries;
        exported.ShouldContain("d/e/f x");
        exported.ShouldContain("bin/cat -> busybox");
        exported.ShouldContain(".dockerenv ");
        exported.ShouldNotContain(e => e.StartsWith('/') || e.StartsWith("./", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Leaves_no_mount_and_lets_the_container_start_meanwhile()
    {
        var container = await CopyingContainer.RanAsync(_host, "head -c 20000000 /dev/zero > /large; sleep 0.1");
        using var http = _host.Server.Http();
        using var reading = await http.GetAsync(
            WorkerStreams.Archive(container.Id) + "?path=/large&image=none", HttpCompletionOption.ResponseHeadersRead, TestContext.Current.CancellationToken);
        _host.Namespaces.Run("cat", "/proc/self/mountinfo").ShouldNotContain(container.Id);
        (await _host.Server.SendAsync(container.Order with { CommandId = "again-" + container.Id })).Failure.ShouldBeNull();
        CopyingContainer.Members(await reading.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken)).ShouldHaveSingleItem().Length.ShouldBe(20_000_006);
    }

    private async Task<CopyingContainer> MakeAsync(bool running) =>
        running ? await CopyingContainer.RunningAsync(_host, Tree) : await CopyingContainer.RanAsync(_host, Tree);
}
