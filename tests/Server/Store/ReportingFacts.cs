using Shiplog.Contracts.Orders;
using Shiplog.Domain.Containers;
using Shiplog.Domain.Images;
using Shiplog.Server.Store;

namespace Shiplog.Server.Tests.Store;

/// <summary>What a worker's batch becomes, and that it becomes it once.</summary>
public sealed class ReportingFacts(StoreFixture fixture)
{
    private TestStore Store => fixture.Store;

    private Task<List<string>> TypesAsync(string stream) =>
        Store.Feed.ReadAsync(0, stream, null, null, false, TestStore.Cancellation).Select(e => e.Type).ToListAsync(TestStore.Cancellation).AsTask();

    [Fact]
    public async Task A_batch_that_comes_again_is_acknowledged_and_adds_nothing()
    {
        var (id, _) = await Store.CreateContainerAsync();
        var start = await Store.RequestStartAsync(id);
        var batch = Samples.Batch(start.CommandId, null, Samples.StartReports(id, start));
        await Store.Facts.RecordAsync(batch, TestStore.Cancellation);
        var types = await TypesAsync(Streams.Container(id));
        await Store.Facts.RecordAsync(batch, TestStore.Cancellation);
        (await TypesAsync(Streams.Container(id))).ShouldBe(types);
    }

    [Fact]
    public async Task The_same_facts_under_another_number_add_nothing_either()
    {
        var (id, _) = await Store.CreateContainerAsync();
        var start = await Store.RequestStartAsync(id);
        await Store.Facts.RecordAsync(Samples.Batch(start.CommandId, null, Samples.StartReports(id, start)), TestStore.Cancellation);
        var types = await TypesAsync(Streams.Container(id));
        await Store.Facts.RecordAsync(Samples.Batch(start.CommandId, null, Samples.StartReports(id, start)), TestStore.Cancellation);
        (await TypesAsync(Streams.Container(id))).ShouldBe(types);
    }

    [Fact]
    public async Task A_batch_of_a_stop_ends_the_stop_in_the_name_of_who_asked()
    {
        var (id, _) = await Store.CreateContainerAsync();
        var start = await Store.RequestStartAsync(id);
        await Store.Facts.RecordAsync(Samples.Batch(start.CommandId, null, Samples.StartReports(id, start)), TestStore.Cancellation);
        var stop = TestStore.Request(actor: "unix:bob");
        await Store.Log.AppendAsync(
            [(Streams.Container(id), new ContainerStopRequested(id, stop.CommandId, null, 10, DateTimeOffset.UtcNow))], stop, TestStore.Cancellation);
        await Store.Facts.RecordAsync(Samples.Batch(
            stop.CommandId, null, [.. Samples.ExitReports(id, start, 143), new ContainerStoppedReport(id, false, DateTimeOffset.UtcNow)]), TestStore.Cancellation);

        var events = await Store.Feed.ReadAsync(0, Streams.Container(id), null, null, false, TestStore.Cancellation).ToListAsync(TestStore.Cancellation);
        events[^1].Type.ShouldBe("container_stopped");
        events.TakeLast(3).ShouldAllBe(e => e.Actor == "unix:bob" && e.Cause == "request" && e.Causation == stop.CommandId);
        (await Store.Get<OpenCommands>().IsOpenAsync(stop.CommandId, TestStore.Cancellation)).ShouldBeFalse();
    }

    [Fact]
    public async Task A_pull_is_recorded_on_the_image_and_moves_the_name()
    {
        var name = $"127.0.0.1:5000/r{TestStore.NewId()[..10]}:latest";
        var (first, second) = ("sha256:" + TestStore.NewId(), "sha256:" + TestStore.NewId());
        await PullAsync(name, first);
        await PullAsync(name, second);
        await PullAsync(name, second);
        (await TypesAsync(Streams.Reference(name))).ShouldBe(
            ["image_pull_requested", "image_tagged", "image_pull_requested", "image_tagged", "image_pull_requested"]);
        (await TypesAsync(Streams.Image(second))).ShouldBe(["image_pulled", "image_pulled"]);
        (await Store.Log.FindImageAsync(name, TestStore.Cancellation))!.Id.ShouldBe(second);
    }

    [Fact]
    public async Task A_pull_that_fails_ends_on_the_names_stream()
    {
        var name = $"127.0.0.1:5000/f{TestStore.NewId()[..10]}:latest";
        var context = TestStore.Request();
        await Store.Log.AppendAsync([(Streams.Reference(name), new ImagePullRequested(name, context.CommandId, null, Samples.At))], context, TestStore.Cancellation);
        await Store.Facts.RecordAsync(Samples.Batch(context.CommandId, null, new OrderFailedReport(
            name, new OrderFailure("PullImage", FailureKind.NotFound, "manifest unknown"), Samples.At)), TestStore.Cancellation);
        (await TypesAsync(Streams.Reference(name))).ShouldBe(["image_pull_requested", "image_pull_failed"]);
    }

    [Fact]
    public async Task A_commit_is_told_on_the_container_on_the_image_and_on_the_name()
    {
        var (id, _) = await Store.CreateContainerAsync();
        var image = "sha256:" + TestStore.NewId();
        var name = $"docker.io/library/k{image[7..17]}:v1";
        var context = TestStore.Request(actor: "unix:carol");
        await Store.Log.AppendAsync([(Streams.Container(id), new ContainerCommitRequested(
            id, context.CommandId, name, "carol <c@example.org>", "why", [], true, "{}", Samples.At))], context, TestStore.Cancellation);
        var committed = new ContainerCommittedReport(id, Stored(image), "sha256:layer", TimeSpan.FromMilliseconds(5), Samples.At);
        await Store.Facts.RecordAsync(Samples.Batch(context.CommandId, null, committed), TestStore.Cancellation);

        var made = (await Store.Log.FindImageAsync(name, TestStore.Cancellation)).ShouldNotBeNull();
        made.Id.ShouldBe(image);
        made.FromContainerId.ShouldBe(id);
        made.ParentImageId.ShouldBe("sha256:" + new string('1', 64));
        made.Author.ShouldBe("carol <c@example.org>");
        (await TypesAsync(Streams.Container(id)))[^1].ShouldBe("container_committed");
        (await TypesAsync(Streams.Reference(name))).ShouldBe(["image_tagged"]);
    }

    [Fact]
    public async Task A_load_is_one_outcome_for_all_its_images()
    {
        var context = TestStore.Request();
        var (one, two) = ("sha256:" + TestStore.NewId(), "sha256:" + TestStore.NewId());
        var name = $"docker.io/library/l{one[7..17]}:1";
        await Store.Log.AppendAsync([(Streams.Load(context.CommandId), new ImageLoadRequested(context.CommandId, Samples.At))], context, TestStore.Cancellation);
        await Store.Facts.RecordAsync(Samples.Batch(
            context.CommandId, null, new ImageLoadedReport([name], Stored(one), Samples.At), new ImageLoadedReport([], Stored(two), Samples.At)), TestStore.Cancellation);
        (await TypesAsync(Streams.Load(context.CommandId))).ShouldBe(["image_load_requested", "image_load_completed"]);
        (await Store.Log.FindImageAsync(name, TestStore.Cancellation))!.Id.ShouldBe(one);
        (await Store.Get<OpenCommands>().IsOpenAsync(context.CommandId, TestStore.Cancellation)).ShouldBeFalse();
    }

    [Fact]
    public async Task A_container_that_removes_itself_says_so_as_the_cause()
    {
        var (id, name) = await Store.CreateContainerAsync(autoRemove: true);
        var start = await Store.RequestStartAsync(id);
        await Store.Facts.RecordAsync(Samples.Batch(start.CommandId, null, Samples.StartReports(id, start)), TestStore.Cancellation);
        await Store.Facts.RecordAsync(Samples.Batch(
            null, "process-exit", [.. Samples.ExitReports(id, start), new ContainerRemovedReport(id, DateTimeOffset.UtcNow)]), TestStore.Cancellation);
        (await Store.Log.FindContainerAsync(name, TestStore.Cancellation)).ShouldBeNull();
        var events = await Store.Feed.ReadAsync(0, Streams.Container(id), null, null, false, TestStore.Cancellation).ToListAsync(TestStore.Cancellation);
        events[^1].Type.ShouldBe("container_removed");
        events[^1].Cause.ShouldBe("auto-remove");
        events[^2].Cause.ShouldBe("process-exit");
    }

    [Fact]
    public async Task A_batch_that_adds_nothing_is_remembered_too()
    {
        var batch = Samples.Batch(null, "process-exit", new ContainerExitedReport(TestStore.NewId(), 0, false, null, Samples.At));
        await Store.Facts.RecordAsync(batch, TestStore.Cancellation);
        (await fixture.Cluster.PsqlAsync($"select events from reported_batch where epoch = '{batch.Epoch}' and number = {batch.Number}")).ShouldBe("0");
    }

    private async Task PullAsync(string name, string imageId)
    {
        var context = TestStore.Request();
        await Store.Log.AppendAsync([(Streams.Reference(name), new ImagePullRequested(name, context.CommandId, null, Samples.At))], context, TestStore.Cancellation);
        await Store.Facts.RecordAsync(Samples.Batch(
            context.CommandId, null, new ImagePulledReport(name, "127.0.0.1:5000", Stored(imageId), Samples.At, Samples.At)), TestStore.Cancellation);
    }

    private static StoredImage Stored(string id) => new(
        id, "sha256:" + new string('e', 64), "application/vnd.oci.image.manifest.v1+json", null, "{\"os\":\"linux\"}",
        [new("sha256:d", "sha256:f", "sha256:c", "application/vnd.oci.image.layer.v1.tar+gzip", 10, 20, false)]);
}
