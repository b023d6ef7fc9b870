using Shiplog.Contracts.Orders;
using Shiplog.Worker.Tests.Harness;
using Shiplog.Worker.Tests.Layers;

namespace Shiplog.Worker.Tests.Copying;

public sealed class CopyingIn(SharedWorker shared) : IClassFixture<SharedWorker>
{
    private readonly WorkerHost _host = shared.Host;

    [Theory, InlineData(true), InlineData(false)]
    public async Task Files_arrive_and_are_reported(bool running)
    {
        var container = await MakeAsync(running, "mkdir /d; ln -s /d /to");
        var tar = new TestTar().Directory("a/", 0x1c0, 7, 8).File("a/f", "text", 0x9ed, 1000, 1001).Symlink("a/l", "f").HardLink("a/h", "a/f").Pipe("a/p")
            .File("deep/er/file", "x").ToArray();
        (await container.PutAsync("/to", tar)).Status.ShouldBe(200);
        (await container.GetAsync("/d")).Entries.ShouldBe(["d/", "d/a/", "d/a/f text", "d/a/h = d/a/f", "d/a/l -> f", "d/a/p Pipe", "d/deep/", "d/deep/er/", "d/deep/er/file x"]);
        Convert.ToString((await container.StatAsync("/d/a/f"))!.Mode, 8).ShouldBe("104755");
        (await container.StatAsync("/d/a"))!.Modified.ShouldBe("2023-11-14T22:13:20Z");
        var report = await _host.Server.ReceivedAsync<ContainerFilesWrittenReport>(r => r.ContainerId == container.Id);
        (report.Path, report.Entries, report.Bytes).ShouldBe(("/to", 6, 5));
    }

    [Fact]
    public async Task What_was_copied_into_a_stopped_container_is_there_when_it_runs()
    {
        var container = await CopyingContainer.RanAsync(_host, "[ -f /flag ] && echo found; true");
        (await container.PutAsync("/", new TestTar().File("flag").ToArray())).Status.ShouldBe(200);
        (await _host.Server.SendAsync(container.Order with { CommandId = "again-" + container.Id })).Failure.ShouldBeNull();
        using var http = _host.Server.Http();
        (await http.GetStringAsync(WorkerStreams.Logs(container.Id) + "?stdout=1&follow=1&tty=1", TestContext.Current.CancellationToken)).ShouldBe("found\n");
    }

    [Fact]
    public async Task A_directory_merges_and_a_file_replaces_but_kinds_are_kept_where_that_is_asked_for()
    {
        var container = await CopyingContainer.RanAsync(_host, "mkdir -p /d/dir; echo old > /d/file; echo kept > /d/dir/kept");
        (await container.PutAsync("/d", new TestTar().File("file", "new").Directory("dir/").File("dir/more", "x").ToArray(), "keepKinds=1")).Status.ShouldBe(200);
        (await container.GetAsync("/d/.")).Entries.ShouldBe(["./", "./dir/", "./dir/kept kept\n", "./dir/more x", "./file new"]);
        (await container.PutAsync("/d", new TestTar().File("dir").ToArray(), "keepKinds=1")).ShouldSatisfyAllConditions(
            a => a.Status.ShouldBe(400), a => a.Text.ShouldContain("cannot overwrite directory"));
        (await container.PutAsync("/d", new TestTar().Directory("file/").ToArray(), "keepKinds=1")).ShouldSatisfyAllConditions(
            a => a.Status.ShouldBe(400), a => a.Text.ShouldContain("cannot overwrite non-directory"));
        (await container.PutAsync("/d", new TestTar().File("dir", "f").Directory("file/").ToArray())).Status.ShouldBe(200);
        (await container.GetAsync("/d/.")).Entries.ShouldBe(["./", "./dir f", "./file/"]);
    }

    [Fact]
    public async Task All_of_it_may_be_given_to_a_user_of_the_container()
    {
        var container = await CopyingContainer.RanAsync(_host, "mkdir /d");
        (await container.PutAsync("/d", new TestTar().File("x/y", "z", uid: 5).ToArray(), "user=alice")).Status.ShouldBe(200);
        var upper = Path.Combine(_host.Paths(container.Id).Upper, "d/x");
        foreach (var path in (string[])[upper, upper + "/y"])
            _host.Namespaces.Run("stat", "-c", "%u:%g", path).Trim().ShouldBe("1000:1000");
        (await container.PutAsync("/d", new TestTar().File("q").ToArray(), "user=nobodythere")).ShouldSatisfyAllConditions(
            a => a.Status.ShouldBe(400), a => a.Text.ShouldContain("unable to find user"));
    }

    [Fact]
    public async Task Where_there_is_no_directory_nothing_is_copied()
    {
        var container = await CopyingContainer.RunningAsync(_host, ": > /file");
        (await container.PutAsync("/nosuch", new TestTar().File("x").ToArray())).Status.ShouldBe(404);
        (await container.PutAsync("/file", new TestTar().File("x").ToArray())).ShouldBe((400, "extraction point is not a directory"));
        (await container.PutAsync("/proc/sys", new TestTar().File("x").ToArray())).ShouldSatisfyAllConditions(
            a => a.Status.ShouldBe(400), a => a.Text.ShouldContain("belongs to the kernel"));
        (await container.PutAsync("/tmp", "no tar at all"u8.ToArray())).Status.ShouldBe(400);
        _host.Server.Reports.OfType<OrderFailedReport>().Count(r => r.Subject == container.Id).ShouldBe(4);
    }

    [Fact]
    public async Task A_read_only_root_stays_as_it_is()
    {
        var container = await CopyingContainer.RunAsync(_host, "sleep 1000", o => o with { RootFs = o.RootFs with { ReadOnly = true } });
        (await container.PutAsync("/tmp", new TestTar().File("x").ToArray())).ShouldSatisfyAllConditions(
            a => a.Status.ShouldBe(400), a => a.Text.ShouldContain("read-only file system"));
    }

    [Fact]
    public async Task Compressed_archives_are_read()
    {
        var container = await CopyingContainer.RanAsync(_host, "true");
        using var packed = new MemoryStream();
        using (var gzip = new System.IO.Compression.GZipStream(packed, System.IO.Compression.CompressionLevel.Fastest))
            gzip.Write(new TestTar().File("zipped", "z").ToArray());
        (await container.PutAsync("/tmp", packed.ToArray())).Status.ShouldBe(200);
        (await container.GetAsync("/tmp/zipped")).Entries.ShouldBe(["zipped z"]);
        // Docker once ran the container's own xz for these (CVE-2026-41567).
        (await container.PutAsync("/tmp", [0xfd, .. "7zXZ\0rest"u8])).ShouldSatisfyAllConditions(a => a.Status.ShouldBe(400), a => a.Text.ShouldContain("xz"));
    }

    [Fact]
    public async Task The_same_command_copies_once()
    {
        var container = await CopyingContainer.RanAsync(_host, "true");
        using var http = _host.Server.Http();
        for (var i = 0; i < 2; i++)
        {
            using var content = new ByteArrayContent(new TestTar().File("once").ToArray());
            (await http.PutAsync(WorkerStreams.Archive(container.Id) + $"?commandId=once-{container.Id}&path=/tmp&image=none", content, TestContext.Current.CancellationToken))
                .IsSuccessStatusCode.ShouldBeTrue();
        }
        _host.Server.Reports.OfType<ContainerFilesWrittenReport>().Count(r => r.ContainerId == container.Id).ShouldBe(1);
    }

    [Fact]
    public async Task A_start_waits_for_a_copy_and_a_removal_ends_it()
    {
        var container = await CopyingContainer.RanAsync(_host, "true");
        var (first, firstAnswer) = Begin(container, "slow-1-" + container.Id);
        await Eventually.Async(() => File.Exists(Path.Combine(_host.Paths(container.Id).Upper, "tmp/begun")));
        var start = _host.Server.SendAsync(container.Order with { CommandId = "again-" + container.Id });
        await Task.WhenAny(start, Task.Delay(300, TestContext.Current.CancellationToken));
        start.IsCompleted.ShouldBeFalse();
        first.End();
        (await firstAnswer).IsSuccessStatusCode.ShouldBeTrue();
        (await start).Failure.ShouldBeNull();
        await Eventually.Async(() => _host.Server.Reports.OfType<RootFsUnmountedReport>().Count(r => r.ContainerId == container.Id) == 2);

        var (rest, second) = Begin(container, "slow-2-" + container.Id);
        await Eventually.Async(() => new FileInfo(Path.Combine(_host.Paths(container.Id).Upper, "tmp/begun")) is { Exists: true, Length: 0 });
        (await _host.Server.SendAsync(new RemoveContainer("remove-" + container.Id, container.Id))).Failure.ShouldBeNull();
        // The client notices when it goes on sending.
        rest.End();
        await Should.ThrowAsync<HttpRequestException>(second);
        Directory.Exists(_host.Paths(container.Id).Folder).ShouldBeFalse();
    }

    /// <summary>A copy that has begun and waits for the rest of its archive.</summary>
    private (SlowContent Content, Task<HttpResponseMessage> Answer) Begin(CopyingContainer container, string command)
    {
        var content = new SlowContent(new TestTar().File("tmp/begun").File("tmp/ended").ToArray());
        var http = _host.Server.Http();
        return (content, http.PutAsync(WorkerStreams.Archive(container.Id) + $"?commandId={command}&path=/&image=none", content));
    }

    private async Task<CopyingContainer> MakeAsync(bool running, string script) =>
        running ? await CopyingContainer.RunningAsync(_host, script) : await CopyingContainer.RanAsync(_host, script);

    private sealed class SlowContent(byte[] archive) : HttpContent
    {
        private readonly TaskCompletionSource _end = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public void End() => _end.TrySetResult();

        protected override async Task SerializeToStreamAsync(Stream stream, System.Net.TransportContext? context)
        {
            await stream.WriteAsync(archive.AsMemory(0, 512));
            await stream.FlushAsync();
            await _end.Task;
            await stream.WriteAsync(archive.AsMemory(512));
        }

        protected override bool TryComputeLength(out long length) => (length = archive.Length) > 0;
    }
}
