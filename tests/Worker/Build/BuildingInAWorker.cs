using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Shiplog.Contracts.Orders;
using Shiplog.Worker.Tests.Harness;
using Shiplog.Worker.Tests.Images;
using Shiplog.Worker.Tests.Layers;

namespace Shiplog.Worker.Tests.Build;

/// <summary>The whole worker: a context and orders in, facts out.</summary>
public sealed class BuildingInAWorker(SharedWorker shared) : IClassFixture<SharedWorker>
{
    private readonly WorkerHost _host = shared.Host;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_build_goes_from_its_context_to_an_image_that_runs()
    {
        using var http = _host.Server.Http();
        var busybox = new TestTar().Directory("bin/").Bytes("bin/busybox", await File.ReadAllBytesAsync("/bin/busybox", Cancellation), 0x1ed)
            .Symlink("bin/sh", "busybox").Symlink("bin/cat", "busybox").File("Dockerfile", "FROM scratch").ToArray();
        using (var taken = await PutAsync(http, "whole", TestImage.Gzip(busybox)))
            taken.StatusCode.ShouldBe(HttpStatusCode.NoContent, await taken.Content.ReadAsStringAsync(Cancellation));
        (await http.GetStringAsync(WorkerStreams.BuildContextFile("whole") + "?path=./Dockerfile", Cancellation)).ShouldBe("FROM scratch");
        var copy = new BuildCopy("COPY", null, ["bin"], "/bin/", "/");
        var digest = await DigestAsync(http, "whole", copy);

        var first = await MakeAsync(new BuildImageStep("whole-1", "whole", 1, null, BuildBench.Template(null)) { Copy = copy });
        var second = await MakeAsync(new BuildImageStep("whole-2", "whole", 2, first.Image.ImageId, BuildBench.Template(first.Image)) { Folder = "/work" });
        var run = _host.None(["sh", "-c", "echo made by a program > /work/made"]) with { RootFs = Root(second.Image) };
        await SendAsync(run);
        await _host.Server.ReceivedAsync<RootFsUnmountedReport>(r => r.ContainerId == run.ContainerId);
        var third = await MakeAsync(new BuildImageStep("whole-3", "whole", 3, second.Image.ImageId, BuildBench.Template(second.Image)) { ContainerId = run.ContainerId });
        var fourth = await MakeAsync(new BuildImageStep("whole-4", "whole", 4, third.Image.ImageId, BuildBench.Template(third.Image)));

        (third.ContainerId, third.Image.Layers.Length, fourth.NewLayer).ShouldBe((run.ContainerId, 3, null));
        var output = await _host.OutputAsync(_host.None(["cat", "/work/made"], p => p with { Tty = true }) with { RootFs = Root(fourth.Image) });
        output.ShouldContain("made by a program");
        (await DigestAsync(http, "whole", copy)).ShouldBe(digest);
        // The same order again has had its effect already.
        await SendAsync(new BuildImageStep("whole-4", "whole", 4, third.Image.ImageId, BuildBench.Template(third.Image)));
        _host.Server.Reports.OfType<ImageBuiltReport>().Count(r => r.BuildId == "whole").ShouldBe(4);
        (await http.DeleteAsync(WorkerStreams.BuildContext("whole"), Cancellation)).StatusCode.ShouldBe(HttpStatusCode.NoContent);
        Directory.Exists(Path.Combine(_host.Instance.WorkerFolder, "builds/whole")).ShouldBeFalse();
    }

    [Fact]
    public async Task What_is_not_there_has_a_status_and_a_reason()
    {
        using var http = _host.Server.Http();
        async Task<(HttpStatusCode, string)> ReadAsync(HttpResponseMessage answer)
        {
            using (answer)
                return (answer.StatusCode, await answer.Content.ReadAsStringAsync(Cancellation));
        }
        (await ReadAsync(await PutAsync(http, "errors", new byte[100]))).ShouldBe((HttpStatusCode.BadRequest, "the archive ends in the middle of a member"));
        (await ReadAsync(await http.GetAsync(WorkerStreams.BuildContextFile("errors") + "?path=x", Cancellation))).Item1.ShouldBe(HttpStatusCode.NotFound);
        using (await PutAsync(http, "errors", new TestTar().Directory("d/").Symlink("out", "/etc/hostname").ToArray()))
        {
        }
        (await ReadAsync(await http.GetAsync(WorkerStreams.BuildContextFile("errors") + "?path=out", Cancellation))).ShouldBe((HttpStatusCode.NotFound, "no such file in the build context: out"));
        (await ReadAsync(await http.GetAsync(WorkerStreams.BuildContextFile("errors") + "?path=d", Cancellation))).ShouldBe((HttpStatusCode.BadRequest, "d in the build context is no file"));
        (await ReadAsync(await http.GetAsync(WorkerStreams.BuildContextFile("errors"), Cancellation))).Item1.ShouldBe(HttpStatusCode.BadRequest);
        (await ReadAsync(await PostAsync(http, "errors", new BuildCopy("COPY", null, ["nosuch"], "/x", "/")))).ShouldBe(
            (HttpStatusCode.BadRequest, "COPY failed: file not found in build context or excluded by .dockerignore: stat nosuch: file does not exist"));
        (await ReadAsync(await http.PostAsync(WorkerStreams.BuildSources("errors"), new StringContent("{"), Cancellation))).Item1.ShouldBe(HttpStatusCode.BadRequest);
        (await ReadAsync(await PutAsync(http, "errors", new TestTar().ToArray()))).ShouldBe((HttpStatusCode.Conflict, "build errors has its context already"));
        (await http.DeleteAsync(WorkerStreams.BuildContext("errors"), Cancellation)).StatusCode.ShouldBe(HttpStatusCode.NoContent);
        (await http.DeleteAsync(WorkerStreams.BuildContext("errors"), Cancellation)).StatusCode.ShouldBe(HttpStatusCode.NoContent);
    }

    [Fact]
    public async Task A_step_that_fails_reports_so()
    {
        var order = new BuildImageStep("fails-1", "fails", 7, null, BuildBench.Template(null)) { Copy = new BuildCopy("ADD", null, ["x"], "/", "/") };
        var outcome = await _host.Server.SendAsync(order);
        outcome.Failure!.Kind.ShouldBe(FailureKind.Invalid);
        outcome.Failure.Error.ShouldStartWith("ADD failed: file not found in build context");
        _host.Server.Batches.First(b => b.CommandId == order.CommandId).Reports.ShouldHaveSingleItem().ShouldBeOfType<OrderFailedReport>().Subject.ShouldBe("build/fails/7");
    }

    [Fact]
    public async Task A_worker_that_is_killed_in_the_middle_leaves_nothing_to_the_next()
    {
        await using var host = await WorkerHost.StartAsync();
        using var http = host.Server.Http();
        var many = new TestTar();
        for (var i = 0; i < 20_000; i++)
            many.File($"d/{i}", $"{i}");
        using (await PutAsync(http, "killed", many.ToArray()))
        {
        }
        var folder = Path.Combine(host.Instance.WorkerFolder, "builds/killed");
        var order = new BuildImageStep("killed-1", "killed", 1, null, BuildBench.Template(null)) { Copy = new BuildCopy("COPY", null, ["d"], "/x/", "/") };
        var sent = host.Server.SendAsync(order);
        await Eventually.Async(() => sent.IsCompleted || (Directory.Exists(folder + "/roots") && Directory.EnumerateDirectories(folder + "/roots").Any()));
        sent.IsCompleted.ShouldBeFalse();
        await host.KillWorkerAsync();
        await Should.ThrowAsync<Exception>(() => sent);
        Directory.Exists(folder).ShouldBeTrue();

        await host.StartWorkerAsync();

        Directory.GetFileSystemEntries(Path.GetDirectoryName(folder)!).ShouldBeEmpty();
        Directory.GetFileSystemEntries(Path.Combine(host.Instance.WorkerFolder, "ingest")).ShouldBeEmpty();
        host.Namespaces.Run("cat", "/proc/self/mounts").ShouldNotContain("builds/killed");
        (await host.Server.ReceivedAsync<HostReconciledReport>(r => r.Found.Contains("files of build killed"))).Repaired.ShouldContain("files of build killed: removed");
        // The server may try again, and learns that the build cannot go on.
        (await host.Server.SendAsync(order)).Failure!.Error.ShouldStartWith("COPY failed: file not found in build context");
    }

    private async Task<ImageBuiltReport> MakeAsync(BuildImageStep order)
    {
        await SendAsync(order);
        return _host.Server.Batches.First(b => b.CommandId == order.CommandId).Reports.OfType<ImageBuiltReport>().ShouldHaveSingleItem();
    }

    private async Task SendAsync(Order order) => (await _host.Server.SendAsync(order)).Failure.ShouldBeNull();

    private static MountRootFs Root(StoredImage image) => new(image.ImageId, [.. image.Layers.Select(l => l.ChainId)], false);

    private static Task<HttpResponseMessage> PutAsync(HttpClient http, string build, byte[] tar) =>
        http.PutAsync(WorkerStreams.BuildContext(build), new ByteArrayContent(tar), Cancellation);

    private static Task<HttpResponseMessage> PostAsync(HttpClient http, string build, BuildCopy copy) =>
        http.PostAsJsonAsync(WorkerStreams.BuildSources(build), copy, Cancellation);

    private static async Task<string> DigestAsync(HttpClient http, string build, BuildCopy copy)
    {
        using var answer = await PostAsync(http, build, copy);
        var text = await answer.Content.ReadAsStringAsync(Cancellation);
        answer.StatusCode.ShouldBe(HttpStatusCode.OK, text);
        return JsonSerializer.Deserialize<BuildSourceDigest>(text)!.Digest;
    }
}
