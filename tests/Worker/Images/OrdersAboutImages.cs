using System.Text.Json.Nodes;
using Shiplog.Contracts.Orders;
using Shiplog.Worker.Layers;
using Shiplog.Worker.Tests.Harness;
using Shiplog.Worker.Tests.Layers;

namespace Shiplog.Worker.Tests.Images;

/// <summary>The whole worker: orders in, facts out, containers run from what came.</summary>
public sealed class OrdersAboutImages(SharedWorker shared, RegistryProcess pushed) : IClassFixture<SharedWorker>, IClassFixture<RegistryProcess>, IAsyncLifetime
{
    private static readonly byte[] Busybox = new TestTar().Directory("./").Directory("bin/").Bytes("bin/busybox", File.ReadAllBytes("/bin/busybox"), 0x1ed)
        .Symlink("bin/sh", "busybox").Symlink("bin/cat", "busybox").Symlink("bin/rm", "busybox").Symlink("bin/sleep", "busybox").Symlink("bin/mkdir", "busybox")
        .Directory("etc/").File("etc/gone", "x").ToArray();

    private readonly WorkerHost _host = shared.Host;
    private RegistryProcess? _registry;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _registry = new RegistryProcess(pushed, _host.Namespaces);
        await _registry.InitializeAsync();
    }

    public ValueTask DisposeAsync() => _registry!.DisposeAsync();

    [Fact]
    public async Task A_pull_streams_its_progress_and_reports_the_image_before_it_is_answered()
    {
        var order = await PushAsync("progress");
        using var http = _host.Server.Http();
        using var progress = await http.GetAsync(WorkerStreams.Progress(order.CommandId), HttpCompletionOption.ResponseHeadersRead, Cancellation);

        (await _host.Server.SendAsync(order)).Failure.ShouldBeNull();

        var lines = (await progress.Content.ReadAsStringAsync(Cancellation)).Split("\r\n", StringSplitOptions.RemoveEmptyEntries);
        lines[0].ShouldBe("""{"status":"Pulling from images/progress","id":"latest"}""");
        lines[^1].ShouldContain("Status: Downloaded newer image for");
        var report = Reported<ImagePulledReport>(order.CommandId);
        report.Reference.ShouldBe(order.Reference);
        report.Registry.ShouldBe(_registry!.Host);
        report.At.ShouldBeGreaterThanOrEqualTo(report.StartedAt);
        // The same order again has had its effect already, and ends its progress all the same.
        (await _host.Server.SendAsync(order)).Failure.ShouldBeNull();
        _host.Server.Reports.OfType<ImagePulledReport>().Count(r => r.Reference == order.Reference).ShouldBe(1);
    }

    [Fact]
    public async Task A_pull_that_fails_reports_so()
    {
        var order = new PullImage("pull-none", $"{_registry!.Host}/images/none:latest", null, null, null);
        var outcome = await _host.Server.SendAsync(order);
        outcome.Failure!.Kind.ShouldBe(FailureKind.NotFound);
        outcome.Failure.Error.ShouldBe($"manifest for {order.Reference} not found: manifest unknown: manifest unknown");
        Reported<OrderFailedReport>(order.CommandId).Subject.ShouldBe(order.Reference);
    }

    [Fact]
    public async Task A_container_of_a_pulled_image_is_committed_while_it_runs_and_the_new_image_runs()
    {
        var pull = await PushAsync("commit");
        await SendAsync(pull);
        var image = Reported<ImagePulledReport>(pull.CommandId).Image;
        var start = _host.None(["sh", "-c", "mkdir -p /data; echo page > /data/index.html; rm /etc/gone; echo done; sleep 1000"]) with { RootFs = new MountRootFs(image.ImageId, [.. image.Layers.Select(l => l.ChainId)], false) };
        await SendAsync(start);
        await HasSaidAsync(start.ContainerId, "done");
        var commit = new CommitContainer("commit-1", start.ContainerId, image.ImageId, Template(image, "commit"), Pause: true);

        await SendAsync(commit);

        var batch = _host.Server.Batches.First(b => b.CommandId == commit.CommandId);
        batch.Reports.Select(r => r.GetType()).ShouldBe([typeof(ContainerPausedReport), typeof(ContainerUnpausedReport), typeof(ContainerCommittedReport)]);
        var committed = (ContainerCommittedReport)batch.Reports[2];
        committed.Image.ImageId.ShouldBe(Digest.Of(System.Text.Encoding.UTF8.GetBytes(committed.Image.ConfigJson)));
        committed.NewLayer.ShouldBe(committed.Image.Layers[^1].ChainId);
        committed.Image.Layers.Length.ShouldBe(image.Layers.Length + 1);
        var layer = Path.Combine(_host.Instance.WorkerFolder, "layers", Digest.HexOf(committed.NewLayer!), "diff");
        File.ReadAllText(Path.Combine(layer, "data/index.html")).ShouldBe("page\n");
        // Nothing that the engine put into the container is in the image.
        Directory.GetFileSystemEntries(layer).Select(Path.GetFileName).ShouldBe(["data", "etc"], ignoreOrder: true);

        var second = _host.None(["sh", "-c", "cat /data/index.html /etc/gone"]) with { RootFs = new MountRootFs(committed.Image.ImageId, [.. committed.Image.Layers.Select(l => l.ChainId)], false) };
        await SendAsync(second);
        (await _host.Server.ReceivedAsync<ContainerExitedReport>(r => r.ContainerId == second.ContainerId)).ExitCode.ShouldBe(1);
        File.ReadAllText(_host.Paths(second.ContainerId).Log).ShouldContain("page");
        await SendAsync(new StopContainer("stop-1", start.ContainerId, "KILL", 1));
    }

    [Fact]
    public async Task Nothing_changed_makes_an_image_of_the_same_layers_and_a_repetition_makes_no_second()
    {
        var pull = await PushAsync("empty");
        await SendAsync(pull);
        var image = Reported<ImagePulledReport>(pull.CommandId).Image;
        var commit = new CommitContainer("commit-2", new string('e', 64), image.ImageId, Template(image, "empty"), Pause: true);

        await SendAsync(commit);
        await SendAsync(commit);

        var report = Reported<ContainerCommittedReport>(commit.CommandId);
        report.NewLayer.ShouldBeNull();
        report.Image.Layers.Select(l => l.ChainId).ShouldBe(image.Layers.Select(l => l.ChainId));
        JsonNode.Parse(report.Image.ConfigJson)!["history"]!.AsArray()[^1]!["empty_layer"]!.GetValue<bool>().ShouldBeTrue();
        _host.Server.Reports.OfType<ContainerCommittedReport>().Count(r => r.ContainerId == commit.ContainerId).ShouldBe(1);
    }

    [Fact]
    public async Task A_saved_image_that_was_removed_is_loaded_again()
    {
        var pull = await PushAsync("save");
        await SendAsync(pull);
        var image = Reported<ImagePulledReport>(pull.CommandId).Image;
        using var http = _host.Server.Http();
        var archive = await http.GetByteArrayAsync($"{WorkerStreams.SaveImages}?image={image.ImageId}=docker.io/library/saved:1", Cancellation);
        await SendAsync(new RemoveImage("remove-1", image.ImageId, []));
        Reported<ImageRemovedReport>("remove-1").DeletedLayers.ShouldContain(image.Layers[^1].ChainId);
        (await http.GetAsync($"{WorkerStreams.SaveImages}?image={image.ImageId}=docker.io/library/saved:1", Cancellation)).StatusCode.ShouldBe(System.Net.HttpStatusCode.NotFound);

        var answer = await http.PostAsync($"{WorkerStreams.LoadImages}?commandId=load-1", new ByteArrayContent(archive), Cancellation);

        (await answer.Content.ReadAsStringAsync(Cancellation)).ShouldEndWith("{\"stream\":\"Loaded image: saved:1\\n\"}\r\n");
        var report = Reported<ImageLoadedReport>("load-1");
        (report.Image.ImageId, report.References.Single()).ShouldBe((image.ImageId, "docker.io/library/saved:1"));
    }

    [Fact]
    public async Task A_load_that_fails_ends_its_command_and_says_why()
    {
        using var http = _host.Server.Http();
        var answer = await http.PostAsync($"{WorkerStreams.LoadImages}?commandId=load-2", new ByteArrayContent(new byte[10240]), Cancellation);
        (await answer.Content.ReadAsStringAsync(Cancellation)).ShouldContain("\"error\":\"the archive holds no image");
        var report = Reported<OrderFailedReport>("load-2");
        (report.Subject, report.Failure.Kind).ShouldBe(("load/load-2", FailureKind.Invalid));
    }

    private async Task<PullImage> PushAsync(string name)
    {
        await new TestImage([Busybox, new TestTar().Directory("./").File("etc/name", name).ToArray()]).PushAsync(pushed.Host, "images/" + name, "latest");
        return new PullImage("pull-" + name, $"{_registry!.Host}/images/{name}:latest", null, null, null);
    }

    private async Task SendAsync(Order order) => (await _host.Server.SendAsync(order)).Failure.ShouldBeNull();

    private T Reported<T>(string commandId) => _host.Server.Batches.First(b => b.CommandId == commandId).Reports.OfType<T>().ShouldHaveSingleItem();

    private async Task HasSaidAsync(string containerId, string text)
    {
        var log = _host.Paths(containerId).Log;
        for (var i = 0; !File.Exists(log) || !File.ReadAllText(log).Contains(text, StringComparison.Ordinal); i++)
        {
            i.ShouldBeLessThan(500);
            await Task.Delay(20, Cancellation);
        }
    }

    private static string Template(StoredImage image, string comment)
    {
        var config = JsonNode.Parse(image.ConfigJson)!;
        config["history"]!.AsArray().Add((JsonNode)new JsonObject { ["comment"] = comment });
        return config.ToJsonString();
    }
}
