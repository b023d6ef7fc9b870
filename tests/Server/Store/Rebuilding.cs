using Marten;
using Shiplog.Contracts.Orders;
using Shiplog.Domain.Containers;
using Shiplog.Domain.Volumes;
using Shiplog.Server.Store;

namespace Shiplog.Server.Tests.Store;

/// <summary>Whatever is derived from the log can be thrown away and comes back the same.</summary>
public sealed class Rebuilding
{
    private static readonly string[] Tables = [
        "mt_doc_container", "mt_doc_image", "mt_doc_reference", "mt_doc_network", "mt_doc_volume", "mt_doc_container_history", "mt_doc_image_history", "open_command", "ip_lease"];

    [Fact]
    public async Task Every_projection_rebuilt_equals_the_live_one()
    {
        await using var cluster = await Cluster.StartAsync();
        await using var store = new TestStore(cluster);
        await LiveAsync(store);
        var marten = store.Get<IDocumentStore>();
        using var daemon = await marten.BuildProjectionDaemonAsync();
        await daemon.StartAllAsync();
        await daemon.WaitForNonStaleData(Eventually.Patience);
        await daemon.StopAllAsync();
        var live = await ContentsAsync(cluster);

        foreach (var projection in (string[])["OpenCommands", "IpLeases", "ContainerHistory", "ImageHistory"])
            await daemon.RebuildProjectionAsync(projection, TestStore.Cancellation);
        await daemon.RebuildProjectionAsync<ContainerSnapshot>(TestStore.Cancellation);
        await daemon.RebuildProjectionAsync<ImageSnapshot>(TestStore.Cancellation);
        await daemon.RebuildProjectionAsync<ReferenceSnapshot>(TestStore.Cancellation);
        await daemon.RebuildProjectionAsync<NetworkSnapshot>(TestStore.Cancellation);
        await daemon.RebuildProjectionAsync<VolumeSnapshot>(TestStore.Cancellation);

        var rebuilt = await ContentsAsync(cluster);
        foreach (var table in Tables)
        {
            live[table].ShouldNotBeEmpty(table);
            rebuilt[table].ShouldBe(live[table], table);
        }
    }

    /// <summary>A little of everything, with one command left open and one address held.</summary>
    private static async Task LiveAsync(TestStore store)
    {
        var network = await store.CreateNetworkAsync();
        var (first, name) = await store.CreateContainerAsync();
        var start = await store.RequestStartAsync(first, network);
        await store.Facts.RecordAsync(Samples.Batch(start.CommandId, null, Samples.StartReports(first, start)), TestStore.Cancellation);
        var commit = TestStore.Request(actor: "unix:carol");
        var made = "docker.io/library/made:v1";
        await store.Log.AppendAsync([(Streams.Container(first), new ContainerCommitRequested(
            first, commit.CommandId, made, "carol", null, [], true, "{}", Samples.At))], commit, TestStore.Cancellation);
        var image = new StoredImage("sha256:" + TestStore.NewId(), "sha256:m", "type", null, "{}", [new("d", "f", "c", "t", 1, 2, false)]);
        await store.Facts.RecordAsync(Samples.Batch(
            commit.CommandId, null, new ContainerCommittedReport(first, image, "c", TimeSpan.FromMilliseconds(3), Samples.At)), TestStore.Cancellation);
        await store.Facts.RecordAsync(Samples.Batch(
            null, "process-exit", [.. Samples.ExitReports(first, start), new ContainerRemovedReport(first, DateTimeOffset.UtcNow)]), TestStore.Cancellation);
        await store.Log.AppendAsync(
            [(Streams.Volume("data"), new VolumeCreated("data", null, "local", [], [], first, false, Samples.At))], TestStore.Request(), TestStore.Cancellation);
        var (second, _) = await store.CreateContainerAsync(name);
        await store.RequestStartAsync(second, network);
    }

    private static async Task<Dictionary<string, string>> ContentsAsync(Cluster cluster)
    {
        var contents = new Dictionary<string, string>();
        foreach (var table in Tables)
        {
            // When a document was written is Marten's business, and differs.
            var columns = table.StartsWith("mt_doc", StringComparison.Ordinal) ? "id, data" : "t.*";
            contents[table] = await cluster.PsqlAsync($"select {columns} from {table} t order by 1, 2");
        }
        return contents;
    }
}
