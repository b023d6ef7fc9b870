using Shiplog.Contracts.Orders;
using Shiplog.Domain.Containers;
using Shiplog.Server.Store;

namespace Shiplog.Server.Tests.Store;

public sealed class LeasingAddresses(StoreFixture fixture)
{
    private TestStore Store => fixture.Store;

    [Fact]
    public async Task Starts_at_the_same_moment_get_different_addresses()
    {
        var network = await Store.CreateNetworkAsync("10.80.0.0/24", "10.80.0.1");
        var containers = new List<string>();
        for (var i = 0; i < 20; i++)
            containers.Add((await Store.CreateContainerAsync()).Id);
        var starts = await Task.WhenAll(containers.Select(id => Store.RequestStartAsync(id, network)));
        starts.Select(s => s.Endpoint!.Address).Order().ShouldBe(Enumerable.Range(2, 20).Select(n => $"10.80.0.{n}").Order());
    }

    [Fact]
    public async Task An_exhausted_pool_is_said_so_and_nothing_is_appended()
    {
        var network = await Store.CreateNetworkAsync("10.81.0.0/30", "10.81.0.1");
        await Store.RequestStartAsync((await Store.CreateContainerAsync()).Id, network);
        var (id, name) = await Store.CreateContainerAsync();
        var refused = await Should.ThrowAsync<NoFreeAddressException>(() => Store.RequestStartAsync(id, network));
        refused.Message.ShouldBe($"no available IPv4 addresses on this network's address pools: bridge ({network.Id})");
        (await Store.Log.FindContainerAsync(name, TestStore.Cancellation))!.OpenCommandId.ShouldBeNull();
    }

    [Fact]
    public async Task A_released_address_can_be_leased_again_and_both_leases_stay_on_record()
    {
        var network = await Store.CreateNetworkAsync("10.82.0.0/30", "10.82.0.1");
        var (first, _) = await Store.CreateContainerAsync();
        var start = await Store.RequestStartAsync(first, network);
        await Store.Facts.RecordAsync(Samples.Batch(start.CommandId, null, Samples.StartReports(first, start)), TestStore.Cancellation);
        await Store.Facts.RecordAsync(Samples.Batch(null, "process-exit", Samples.ExitReports(first, start)), TestStore.Cancellation);

        var (second, _) = await Store.CreateContainerAsync();
        (await Store.RequestStartAsync(second, network)).Endpoint!.Address.ShouldBe("10.82.0.2");
        var leases = await fixture.Cluster.PsqlAsync(
            $"select container_id, upper_inf(held), released_reason from ip_leases where network_id = '{network.Id}' order by lower(held)");
        leases.ShouldBe($"{first}|f|released\n{second}|t|");
    }

    [Fact]
    public async Task A_start_that_fails_gives_its_address_back()
    {
        var network = await Store.CreateNetworkAsync("10.83.0.0/30", "10.83.0.1");
        var (id, name) = await Store.CreateContainerAsync();
        var start = await Store.RequestStartAsync(id, network);
        var failure = new OrderFailure("StartContainer", FailureKind.Invalid, "exec: \"nope\": not found", 127);
        await Store.Facts.RecordAsync(
            Samples.Batch(start.CommandId, null, new OrderFailedReport(id, failure, DateTimeOffset.UtcNow)), TestStore.Cancellation);

        var container = (await Store.Log.FindContainerAsync(name, TestStore.Cancellation)).ShouldNotBeNull();
        container.Status.ShouldBe(ContainerStatus.Created);
        container.ExitCode.ShouldBe(127);
        container.Endpoint.ShouldBeNull();
        (await Store.RequestStartAsync((await Store.CreateContainerAsync()).Id, network)).Endpoint!.Address.ShouldBe("10.83.0.2");
    }

    [Theory]
    [InlineData("0.0.0.0/0", "10.0.0.1")]
    [InlineData("127.0.0.1", "0.0.0.0/0")]
    [InlineData("127.0.0.1", "127.0.0.1")]
    public async Task The_table_itself_refuses_a_second_holder_of_a_port(string first, string second)
    {
        var host = TestStore.NewId();
        string Insert(string address, string protocol) =>
            "insert into port_lease (host, address, port, protocol, container_id, container_port, command_id, during) " +
            $"values ('{host}', '{address}', 8080, '{protocol}', 'x', 80, 'x', tstzrange(now(), null))";
        await fixture.Cluster.PsqlAsync(Insert(first, "tcp"), "shiplog_owner");
        await fixture.Cluster.PsqlAsync(Insert(second, "udp"), "shiplog_owner");
        (await Should.ThrowAsync<InvalidOperationException>(() => fixture.Cluster.PsqlAsync(Insert(second, "tcp"), "shiplog_owner"))).Message.ShouldContain("port_lease_once");
    }

    [Fact]
    public async Task The_table_itself_refuses_a_second_holder()
    {
        var network = await Store.CreateNetworkAsync("10.84.0.0/24", "10.84.0.1");
        await Store.RequestStartAsync((await Store.CreateContainerAsync()).Id, network);
        var refused = await Should.ThrowAsync<InvalidOperationException>(() => fixture.Cluster.PsqlAsync(
            "insert into ip_lease (network_id, address, container_id, command_id, mac_address, during) " +
            $"values ('{network.Id}', '10.84.0.2', 'thief', 'x', '', tstzrange(now(), null))", "shiplog_owner"));
        refused.Message.ShouldContain("ip_lease_once");
    }
}
