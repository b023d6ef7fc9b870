using System.Runtime.InteropServices;
using System.Text;
using Shiplog.Contracts.Orders;
using Shiplog.Worker.Layers.Tar;
using Shiplog.Worker.Tests.Harness;
using Shiplog.Worker.Tests.Layers;

namespace Shiplog.Worker.Tests.Copying;

/// <summary>
/// What has been done to docker cp (CVE-2018-15664, CVE-2019-14271, CVE-2026-41568, -42306 and their like), done to ours: by the
/// archive, and by the container that runs meanwhile. Nothing outside is read, written or waited for.
/// </summary>
public sealed partial class AttackingACopy(SharedWorker shared) : IClassFixture<SharedWorker>, IDisposable
{
    private const string Secret = "the host's secret";

    private readonly WorkerHost _host = shared.Host;
    private readonly string _outside = Directory.CreateTempSubdirectory("shiplog-outside-").FullName;

    [Fact]
    public async Task A_link_to_a_path_of_the_host_leads_nowhere()
    {
        Hide();
        var container = await CopyingContainer.RunningAsync(_host, $"ln -s {_outside} /tmp/way; ln -s ../../../../../../../..{_outside} /tmp/up; ln -s {_outside}/secret /tmp/secret");
        foreach (var path in (string[])["/tmp/way/", "/tmp/way/secret", "/tmp/up/secret", "/tmp/up/.", $"/..{_outside}/secret", "/tmp/secret/"])
            (await container.GetAsync(path)).Status.ShouldBeOneOf(404, 500);
        (await container.GetAsync("/tmp/secret")).Entries.ShouldBe([$"secret -> {_outside}/secret"]);
        foreach (var path in (string[])["/tmp/way", "/tmp/up", "/tmp/secret"])
            (await container.PutAsync(path, new TestTar().File("planted").ToArray())).Status.ShouldBe(404);
        Untouched();
    }

    [Fact]
    public async Task Links_of_proc_are_not_followed()
    {
        Hide();
        var container = await CopyingContainer.RunningAsync(_host, "ln -s /proc/1/root /tmp/root; ln -s /proc/self/fd /tmp/fd");
        foreach (var path in (string[])["/proc/self/root" + _outside + "/secret", "/proc/1/root" + _outside + "/secret", "/tmp/root" + _outside + "/secret", "/proc/1/cwd/", "/tmp/fd/", "/tmp/root/"])
            (await container.GetAsync(path)).Status.ShouldBeOneOf(404, 500);
        foreach (var path in (string[])["/proc/1/root/tmp", "/tmp/root", "/tmp/fd", "/proc/self/cwd"])
            (await container.PutAsync(path, new TestTar().File("planted").ToArray())).Status.ShouldBeOneOf(400, 404);
        (await container.PutAsync("/", new TestTar().File("proc/1/root/tmp/planted").File("sys/planted").ToArray())).Status.ShouldBeOneOf(400, 500);
        Untouched();
    }

    [Theory, InlineData(true), InlineData(false)]
    public async Task An_archive_does_not_lead_out_of_the_container(bool running)
    {
        var container = await MakeAsync(running, $"mkdir -p /d /inside; ln -s {_outside} /d/host; ln -s /inside /d/in; ln -s ../inside /d/up; ln -s ../../../../..{_outside} /d/far");
        (await container.PutAsync("/d", new TestTar().File("../planted").ToArray())).Status.ShouldBe(400);
        (await container.PutAsync("/d", new TestTar().File("a/../../planted").ToArray())).Status.ShouldBe(400);
        (await container.PutAsync("/d", new TestTar().File(_outside + "/planted").ToArray())).Status.ShouldBe(200); // Below /d.
        (await container.GetAsync("/d" + _outside)).Entries.ShouldContain(e => e.StartsWith(Path.GetFileName(_outside) + "/planted", StringComparison.Ordinal));
        foreach (var way in (string[])["host", "far"])
        {
            (await container.PutAsync("/d", new TestTar().File($"{way}/planted").ToArray())).ShouldSatisfyAllConditions(
                a => a.Status.ShouldBe(400), a => a.Text.ShouldContain("is no directory"));
        }
        (await container.PutAsync("/d", new TestTar().Symlink("made", _outside).File("made/planted").ToArray())).Status.ShouldBe(400);
        (await container.PutAsync("/d", new TestTar().Symlink("x", _outside + "/planted").File("x", "replaces the link").ToArray())).Status.ShouldBe(200);
        // As the container itself would follow it: within its own root.
        (await container.PutAsync("/d", new TestTar().File("in/1").File("up/2").ToArray())).Status.ShouldBe(200);
        (await container.GetAsync("/inside")).Entries.ShouldBe(["inside/", "inside/1 ", "inside/2 "]);
        Untouched();
    }

    [Theory, InlineData(true), InlineData(false)]
    public async Task A_hard_link_does_not_reach_out(bool running)
    {
        Hide();
        var container = await MakeAsync(running, $"mkdir /d; echo own > /own; ln -s {_outside} /d/host; ln -s / /d/top");
        foreach (var target in (string[])["../" + Path.GetRelativePath("/", _outside) + "/secret", _outside + "/secret", "host/secret", "../../../../.." + _outside + "/secret"])
        {
            (await container.PutAsync("/d", new TestTar().HardLink("taken", target).ToArray())).Status.ShouldBe(400, target);
            (await container.StatAsync("/d/taken")).ShouldBeNull();
        }
        // Not out of the container's root, but to what is in it.
        (await container.PutAsync("/d", new TestTar().HardLink("taken", "top/own").ToArray())).Status.ShouldBe(200);
        (await container.GetAsync("/d/taken")).Entries.ShouldBe(["taken own\n"]);
        Untouched();
    }

    [Fact]
    public async Task A_device_is_made_only_where_the_container_may_make_one()
    {
        var container = await CopyingContainer.RanAsync(_host, "true");
        var tar = new TestTar().Device("sda", 8, 0, TarKind.BlockDevice).ToArray();
        (await container.PutAsync("/tmp", tar, "devices=0")).ShouldSatisfyAllConditions(a => a.Status.ShouldBe(400), a => a.Text.ShouldContain("MKNOD"));
        (await container.StatAsync("/tmp/sda")).ShouldBeNull();
        (await container.PutAsync("/tmp", tar)).Status.ShouldBe(200);
        // Overlayfs would take this one for the mark of a deleted file.
        (await container.PutAsync("/tmp", new TestTar().Device("deleted", 0, 0).ToArray())).Status.ShouldBe(500);
        // It goes out as a node: nothing opens it.
        (await container.GetAsync("/tmp/sda")).Entries.ShouldBe(["sda BlockDevice"]);
    }

    [Fact]
    public async Task A_directory_that_takes_turns_with_a_link_to_the_host_is_never_read_there()
    {
        Hide();
        var container = await CopyingContainer.RunningAsync(_host, $"mkdir /tmp/a; echo inside > /tmp/a/secret; ln -s {_outside} /tmp/b");
        using (Exchange(container, "tmp/a", "tmp/b"))
        {
            var read = 0;
            for (var i = 0; i < 150; i++)
            {
                foreach (var path in (string[])["/tmp/a/secret", "/tmp/a/.", "/tmp"])
                {
                    var (status, entries, _) = await container.GetAsync(path);
                    status.ShouldBeOneOf(200, 404, 500);
                    string.Concat(entries).ShouldNotContain(Secret);
                    read += entries.Count(e => e.EndsWith("inside\n", StringComparison.Ordinal));
                }
            }
            read.ShouldBeGreaterThan(0);
        }
    }

    [Fact]
    public async Task Nor_is_anything_written_there()
    {
        var container = await CopyingContainer.RunningAsync(_host, $"mkdir /tmp/a /tmp/a/sub; ln -s {_outside} /tmp/b; mkdir {Inside(_outside)} /tmp/a/other; ln -s {_outside} /tmp/a/link");
        var many = new TestTar();
        for (var i = 0; i < 300; i++)
            many.File($"sub/f{i}", "x").Directory($"sub/d{i}/").File($"sub/d{i}/g").Symlink($"sub/l{i}", _outside).Pipe($"sub/p{i}").HardLink($"sub/h{i}", $"sub/f{i}");
        var archive = many.ToArray();
        var copied = 0;
        using (Exchange(container, "tmp/a", "tmp/b"))
        {
            // The destination itself changes from one to the other, and back.
            for (var i = 0; i < 20; i++)
                copied += (await container.PutAsync("/tmp/a", archive)).Status == 200 ? 1 : 0;
        }
        using (Exchange(container, Directory.Exists(container.Root + "/tmp/a/sub") ? "tmp/a/sub" : "tmp/b/sub", Directory.Exists(container.Root + "/tmp/a/link") ? "tmp/a/link" : "tmp/b/link"))
        {
            // A directory within it does, while the archive is being unpacked in it.
            for (var i = 0; i < 20; i++)
                copied += (await container.PutAsync("/tmp/a", archive)).Status == 200 ? 1 : 0;
        }
        copied.ShouldBeGreaterThan(0);
        Untouched();
    }

    [Fact]
    public async Task A_pipe_or_a_device_in_a_files_place_is_neither_opened_nor_waited_for()
    {
        var container = await CopyingContainer.RunningAsync(_host, "mkdir /w; echo file > /w/a; mkfifo /w/b");
        using (Exchange(container, "w/a", "w/b"))
        {
            for (var i = 0; i < 200; i++)
                (await container.GetAsync("/w/a")).Entries.ShouldHaveSingleItem().ShouldBeOneOf("a file\n", "a Pipe");
        }
    }

    [Fact]
    public async Task The_containers_own_user_files_may_be_anything()
    {
        Hide();
        var container = await CopyingContainer.RanAsync(_host, $"rm /etc/passwd; ln -s {_outside}/secret /etc/passwd");
        (await container.PutAsync("/tmp", new TestTar().File("x").ToArray(), "user=root")).Status.ShouldBe(400);
        var pipe = await CopyingContainer.RanAsync(_host, "rm /etc/passwd; mkfifo /etc/passwd");
        (await pipe.PutAsync("/tmp", new TestTar().File("x").ToArray(), "user=alice")).ShouldSatisfyAllConditions(
            a => a.Status.ShouldBe(400), a => a.Text.ShouldContain("not a regular file"));
    }

    [Fact]
    public async Task A_worker_that_is_killed_in_the_middle_leaves_nothing()
    {
        var container = await CopyingContainer.RanAsync(_host, "head -c 50000000 /dev/zero > /large");
        using var http = _host.Server.Http();
        using var reading = await http.GetAsync(
            WorkerStreams.Archive(container.Id) + "?path=/large&image=none", HttpCompletionOption.ResponseHeadersRead, TestContext.Current.CancellationToken);
        await _host.KillWorkerAsync();
        await Should.ThrowAsync<Exception>(() => reading.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken));
        _host.Namespaces.Run("cat", "/proc/self/mountinfo").ShouldNotContain(container.Id);
        // As if it had been killed in the moment between the mount and its going out of sight.
        _host.Namespaces.Run("mount", "-t", "tmpfs", "tmpfs", _host.Paths(container.Id).Merged);
        await _host.StartWorkerAsync();
        _host.Namespaces.Run("cat", "/proc/self/mountinfo").ShouldNotContain(container.Id);
        (await container.GetAsync("/bin/cat")).Entries.ShouldBe(["cat -> busybox"]);
        (await _host.Server.SendAsync(new RemoveContainer("remove-" + container.Id, container.Id))).Failure.ShouldBeNull();
    }

    public void Dispose()
    {
        foreach (var file in Directory.GetFiles(_outside))
            File.Delete(file);
        Directory.Delete(_outside);
    }

    private void Hide() => File.WriteAllText(Path.Combine(_outside, "secret"), Secret);

    private void Untouched() => Directory.GetFileSystemEntries(_outside).Where(f => Path.GetFileName(f) != "secret").ShouldBeEmpty();

    // A folder of this name in the container would be none of the host's; there is none.
    private static string Inside(string outside) => "/tmp/not" + Path.GetFileName(outside);

    private async Task<CopyingContainer> MakeAsync(bool running, string script) =>
        running ? await CopyingContainer.RunningAsync(_host, script) : await CopyingContainer.RanAsync(_host, script);

    /// <summary>Changes two names of the container for one another as fast as it goes, from outside, where it goes fastest.</summary>
    private static Exchanging Exchange(CopyingContainer container, string a, string b) => new(Path.Combine(container.Root, a), Path.Combine(container.Root, b));

    private sealed partial class Exchanging : IDisposable
    {
        private const uint RENAME_EXCHANGE = 2;
        private const int AT_FDCWD = -100;

        private readonly Thread _thread;
        private volatile bool _ended;

        public Exchanging(string a, string b)
        {
            var (first, second) = (Encoding.UTF8.GetBytes(a + "\0"), Encoding.UTF8.GetBytes(b + "\0"));
            _thread = new Thread(() =>
            {
                while (!_ended)
                {
                    _ = RenameAt2(AT_FDCWD, first, AT_FDCWD, second, RENAME_EXCHANGE);
                    Thread.SpinWait(50);
                }
            });
            _thread.Start();
        }

        public void Dispose()
        {
            _ended = true;
            _thread.Join();
        }

        [LibraryImport("libc", EntryPoint = "renameat2")]
        private static partial int RenameAt2(int fromFolder, ReadOnlySpan<byte> from, int toFolder, ReadOnlySpan<byte> to, uint flags);
    }
}
