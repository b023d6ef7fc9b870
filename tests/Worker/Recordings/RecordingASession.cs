using System.Security.Cryptography;
using System.Text;
using Shiplog.Contracts.Orders;
using Shiplog.Worker.Recordings;
using Shiplog.Worker.Tests.Execs;
using Shiplog.Worker.Tests.Harness;
using Shouldly;

namespace Shiplog.Worker.Tests.Recordings;

/// <summary>Sessions with a real worker, recorded.</summary>
public sealed class RecordingASession : IAsyncLifetime
{
    private WorkerHost _host = null!;

    public async ValueTask InitializeAsync() => _host = await WorkerHost.StartAsync();

    public async ValueTask DisposeAsync() => await _host.DisposeAsync();

    [Fact]
    public async Task An_execs_terminal_is_kept_as_its_user_saw_it_and_can_be_read_back()
    {
        await using var box = await Box.StartAsync(_host);
        var exec = Shell();
        using var client = await box.AttachAsync(exec, raw: true, "&recording=one&record=all&w=100&h=40&title=sh%20-i");
        (await box.OrderAsync(exec)).Failure.ShouldBeNull();
        await client.SendAsync("echo typed\n"u8.ToArray());
        await client.ReadUntilAsync("typed\r\ntyped\r\n");
        using var http = _host.Server.Http();
        (await http.PostAsync(WorkerStreams.ResizeExec(box.Id, exec.Id) + "?w=90&h=30", null, TestContext.Current.CancellationToken)).EnsureSuccessStatusCode();
        (await http.GetAsync(WorkerStreams.Recording(box.Id, "one"), TestContext.Current.CancellationToken)).StatusCode.ShouldBe(System.Net.HttpStatusCode.NotFound);
        await client.SendAsync("exit 3\n"u8.ToArray());
        await client.ReadToEndAsync();

        var seal = await SealAsync("one");
        (seal.ContainerId, seal.Cut).ShouldBe((box.Id, null));
        var content = await http.GetByteArrayAsync(WorkerStreams.Recording(box.Id, "one"), TestContext.Current.CancellationToken);
        (seal.Size, seal.Digest).ShouldBe((content.Length, DigestOf(content)));
        var lines = Encoding.UTF8.GetString(content).TrimEnd('\n').Split('\n');
        lines[0].ShouldContain("\"width\":100,\"height\":40");
        lines[0].ShouldContain("\"title\":\"sh -i\"");
        foreach (var part in (string[])["\"i\",\"echo typed\\n\"]", "\"r\",\"90x30\"]", "typed\\r\\n"])
            lines.ShouldContain(l => l.Contains(part));
    }

    [Fact]
    public async Task Of_an_attach_only_the_output_is_kept_where_only_that_was_asked_for()
    {
        var order = _host.None(["sh", "-c", "echo ready; read x; echo got $x; echo bad >&2"], p => p with { OpenStdin = true, StdinOnce = true });
        using var client = new ExecClient(_host.Server.Connect());
        await client.SendAsync(Encoding.ASCII.GetBytes(
            $"POST {WorkerStreams.Attach(order.ContainerId)}?stream=1&stdin=1&stdout=1&stderr=1&recording=two&record=output HTTP/1.1\r\nHost: worker\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n\r\n"));
        await client.ReadUntilAsync("\r\n\r\n");
        (await _host.Server.SendAsync(order with { AutoRemove = true })).Failure.ShouldBeNull();
        await client.ReadUntilAsync("ready\n");
        await client.SendAsync("word\n"u8.ToArray());
        await client.ReadToEndAsync();
        await SealAsync("two");
        await _host.Server.ReceivedAsync<ContainerRemovedReport>(r => r.ContainerId == order.ContainerId);
        var text = await File.ReadAllTextAsync(Paths(order.ContainerId, "two").Sealed, TestContext.Current.CancellationToken);
        text.ShouldContain("got word");
        text.ShouldContain("bad");
        text.ShouldNotContain("\"i\"");
    }

    [Fact]
    public async Task One_that_a_dead_worker_left_is_sealed_by_the_next_and_once()
    {
        await using var box = await Box.StartAsync(_host);
        var exec = Shell();
        using (var client = await box.AttachAsync(exec, raw: true, "&recording=three&record=output"))
        {
            (await box.OrderAsync(exec)).Failure.ShouldBeNull();
            await client.SendAsync("echo before the end\n"u8.ToArray());
            await client.ReadUntilAsync("before the end\r\nbefore the end\r\n");
            var part = Paths(box.Id, "three").Part;
            await Eventually.Async(() => File.Exists(part) && File.ReadAllText(part).Contains("before the end"));
            await _host.KillWorkerAsync();
            // As a power cut may leave it.
            File.AppendAllText(part, "[9.5,\"o\",\"torn");
            await _host.StartWorkerAsync();
        }

        var seal = await SealAsync("three");
        seal.Cut.ShouldBe("interrupted");
        await Eventually.Async(() => File.Exists(Paths(box.Id, "three").Sealed));
        var content = await File.ReadAllBytesAsync(Paths(box.Id, "three").Sealed, TestContext.Current.CancellationToken);
        (seal.Size, seal.Digest).ShouldBe((content.Length, DigestOf(content)));
        var text = Encoding.UTF8.GetString(content);
        text.ShouldContain("before the end");
        text.ShouldNotContain("torn");
        text.TrimEnd('\n').Split('\n')[^1].ShouldContain("\"m\",\"recording cut: the worker was interrupted\"");
        seal.Duration.ShouldBeGreaterThan(TimeSpan.Zero);
        await _host.StopWorkerAsync();
        await _host.StartWorkerAsync();
        _host.Server.Reports.OfType<SessionRecordedReport>().Count(r => r.RecordingId == "three").ShouldBe(1);
        File.ReadAllBytes(Paths(box.Id, "three").Sealed).ShouldBe(content);
    }

    [Fact]
    public async Task A_full_disk_ends_the_recording_and_not_the_session()
    {
        var folder = RecordingPaths.Root(_host.Instance);
        Directory.CreateDirectory(folder);
        _host.Namespaces.Run("mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", folder);
        await using var box = await Box.StartAsync(_host);
        var exec = Box.Program("seq", "1", "100000");
        using var client = await box.AttachAsync(exec, raw: true, "&recording=four&record=output");
        var output = client.ReadToEndAsync();
        (await box.OrderAsync(exec)).Failure.ShouldBeNull();
        Encoding.ASCII.GetString(await output).ShouldBe(string.Concat(Enumerable.Range(1, 100_000).Select(i => $"{i}\n")));
        var seal = await SealAsync("four");
        seal.Cut.ShouldBe("disk");
        seal.Error.ShouldNotBeNull().ShouldContain("No space left");
        using var http = _host.Server.Http();
        var content = await http.GetByteArrayAsync(WorkerStreams.Recording(box.Id, "four"), TestContext.Current.CancellationToken);
        (seal.Size, seal.Digest).ShouldBe((content.Length, DigestOf(content)));
        content.ShouldNotBeEmpty();
        content[^1].ShouldBe((byte)'\n');
        _host.Server.Reports.OfType<ExecExitedReport>().Single(r => r.ExecId == exec.Id).ExitCode.ShouldBe(0);
    }

    [Fact]
    public async Task What_is_old_is_deleted_and_no_more()
    {
        var folder = Directory.CreateDirectory(RecordingPaths.Root(_host.Instance)).FullName;
        await _host.StopWorkerAsync();
        foreach (var (name, days) in (ReadOnlySpan<(string, int)>)[("old", 91), ("young", 89)])
        {
            File.WriteAllText(Path.Combine(folder, $"box.{name}.cast"), "x");
            File.SetLastWriteTimeUtc(Path.Combine(folder, $"box.{name}.cast"), DateTime.UtcNow.AddDays(-days));
        }

        File.WriteAllText(Path.Combine(folder, "no name of ours.part"), "x");
        await _host.StartWorkerAsync();
        await Eventually.Async(() => !File.Exists(Path.Combine(folder, "box.old.cast")));
        File.Exists(Path.Combine(folder, "box.young.cast")).ShouldBeTrue();
    }

    [Fact]
    public async Task A_name_that_leads_elsewhere_is_refused()
    {
        using var http = _host.Server.Http();
        (await http.GetAsync(WorkerStreams.Recording("box", "a%2F..%2Fb"), TestContext.Current.CancellationToken)).StatusCode.ShouldBe(System.Net.HttpStatusCode.BadRequest);
    }

    private static Execs.Program Shell() => Box.Program("sh") with { Tty = true, OpenStdin = true };

    private Task<SessionRecordedReport> SealAsync(string id) => _host.Server.ReceivedAsync<SessionRecordedReport>(r => r.RecordingId == id);

    private RecordingPaths Paths(string containerId, string id) => new(_host.Instance, containerId, id);

    private static string DigestOf(byte[] content) => "sha256:" + Convert.ToHexStringLower(SHA256.HashData(content));
}
