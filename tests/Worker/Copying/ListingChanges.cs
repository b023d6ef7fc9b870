using Shiplog.Worker.Tests.Harness;

namespace Shiplog.Worker.Tests.Copying;

public sealed class ListingChanges(SharedWorker shared) : IClassFixture<SharedWorker>
{
    private readonly WorkerHost _host = shared.Host;

    [Fact]
    public async Task Added_changed_and_deleted_parents_first()
    {
        var container = await CopyingContainer.RanAsync(_host, "mkdir /new; echo x > /new/f; echo y >> /etc/group; rm /etc/passwd; chmod 700 /tmp; rm -rf /bin/nothing");
        (await container.ChangesAsync()).ShouldBe(["C /etc", "C /etc/group", "D /etc/passwd", "A /new", "A /new/f", "C /tmp"]);
    }

    [Fact]
    public async Task A_directory_that_was_deleted_and_made_again_hides_what_was_in_it()
    {
        var container = await CopyingContainer.RanAsync(_host, "cp /bin/busybox /busybox; rm -rf /bin; /busybox mkdir /bin; /busybox cp /busybox /bin/cat; /busybox mkdir /bin/new");
        var changes = await container.ChangesAsync();
        changes.Take(4).ShouldBe(["C /bin", "C /bin/cat", "A /bin/new", "D /bin/awk"]);
        changes[^1].ShouldBe("A /busybox");
        changes.ShouldContain("D /bin/sh");
        changes.Count(c => c == "D /bin/busybox").ShouldBe(1);
    }

    [Fact]
    public async Task A_container_that_changed_nothing_has_no_changes()
    {
        (await (await CopyingContainer.RanAsync(_host, "true")).ChangesAsync()).ShouldBeEmpty();
        (await (await CopyingContainer.RanAsync(_host, "cat /etc/passwd > /dev/null; echo x > /dev/shm/x")).ChangesAsync()).ShouldBeEmpty();
    }

    [Fact]
    public async Task What_is_put_in_is_a_change_and_running_or_not_makes_no_difference()
    {
        var container = await CopyingContainer.RunningAsync(_host, "true");
        (await container.PutAsync("/tmp", new Layers.TestTar().File("put").ToArray())).Status.ShouldBe(200);
        (await container.ChangesAsync()).ShouldBe(["A /ready", "C /tmp", "A /tmp/put"]);
    }
}
