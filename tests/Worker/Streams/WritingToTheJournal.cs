using Shiplog.Contracts.Orders;
using Shiplog.Worker.Tests.Harness;
using Shouldly;

namespace Shiplog.Worker.Tests.Streams;

/// <summary>systemd's journal gets what a container writes, beside the container's log: by a journald of the test's own.</summary>
public sealed class WritingToTheJournal : IAsyncLifetime
{
    private const string Journald = "/lib/systemd/systemd-journald";

    private WorkerHost _host = null!;

    public async ValueTask InitializeAsync()
    {
        Assert.SkipUnless(File.Exists(Journald), "systemd is installed");
        _host = await WorkerHost.StartAsync();
        _host.Namespaces.Run("sh", "-c", "mount -t tmpfs tmpfs /run && mkdir -p /run/systemd/journal /run/log/journal");
    }

    public async ValueTask DisposeAsync()
    {
        if (_host is not null)
            await _host.DisposeAsync();
    }

    [Fact]
    public async Task Under_the_containers_name_and_its_tag()
    {
        using var journald = _host.Namespaces.Start(Journald, []);
        try
        {
            await Eventually.Async(() => _host.Namespaces.Run("sh", "-c", "test ! -S /run/systemd/journal/socket || echo there") is not "");
            var order = _host.None(["sh", "-c", "echo said; echo complained >&2"], p => p with { LogDriver = "journald", Journal = new("web", "mine") });
            (await _host.Server.SendAsync(order)).Failure.ShouldBeNull();
            await _host.Server.ReceivedAsync<ContainerExitedReport>(r => r.ContainerId == order.ContainerId);
            var entries = "";
            await Eventually.Async(() => (entries = Entries(order.ContainerId)).Split(" MESSAGE=").Length == 3);
            entries.ShouldContain("MESSAGE=said");
            entries.ShouldContain("MESSAGE=complained");
            entries.ShouldContain("CONTAINER_NAME=web");
            entries.ShouldContain("CONTAINER_TAG=mine");
            File.ReadAllText(_host.Paths(order.ContainerId).Log).ShouldContain("said");
        }
        finally
        {
            journald.Kill();
            await journald.WaitForExitAsync(TestContext.Current.CancellationToken);
        }
    }

    private string Entries(string id) =>
        _host.Namespaces.Run("sh", "-c", $"journalctl --directory /run/log/journal --output verbose --no-pager CONTAINER_ID_FULL={id} 2>&1 || :");
}
