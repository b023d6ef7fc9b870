using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Shiplog.Contracts.Orders;
using Shiplog.Contracts.Views;
using Shiplog.Domain;
using Shiplog.Domain.Containers;
using Shiplog.Domain.Images;
using Shiplog.Server.Orders;
using Shiplog.Server.Store;

namespace Shiplog.Server.Tests.Rest;

public sealed class AskingByRest(ServerFixture fixture) : IClassFixture<ServerFixture>
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private HttpClient Client => fixture.Server.Docker;

    private async Task<T> GetAsync<T>(string path) where T : class => (await Client.GetFromJsonAsync<T>(path, Cancellation)).ShouldNotBeNull();

    private async Task<(string Id, string Name)> CreateAsync(string? name = null)
    {
        var id = TestStore.NewId();
        name ??= "r" + id[..12];
        var context = TestStore.Request(actor: "unix:dora");
        (await fixture.Log.DecideAsync<Container>(
            Streams.Container(id), _ => Decision.Accept(Samples.Created(id, name, context.CommandId)), context, Cancellation)).ShouldBeOfType<Decision.Accepted>();
        return (id, name);
    }

    [Fact]
    public async Task The_networks_and_the_start_of_the_server_are_in_the_log()
    {
        var events = await GetAsync<EventView[]>("/api/v1/events?limit=10");
        events.Select(e => e.Type).Take(4).ShouldBe(["network_created", "network_created", "network_created", "server_started"]);
        events[0].Data.GetProperty("subnet").GetString().ShouldBe("10.77.0.0/16");
        (await GetAsync<EventView[]>("/api/v1/events?type=server_started")).ShouldHaveSingleItem().Stream.ShouldBe("host/" + Environment.MachineName);
        (await GetAsync<EventView[]>("/api/v1/events?stream=network/&limit=2")).Length.ShouldBe(2);
        (await GetAsync<EventView[]>($"/api/v1/events?after={events[3].Sequence}&type=network_created")).ShouldBeEmpty();
    }

    [Fact]
    public async Task A_container_can_be_asked_for_while_it_is_and_after_it_was()
    {
        var (id, name) = await CreateAsync();
        (await GetAsync<ContainerView[]>("/api/v1/containers")).ShouldContain(c => c.Id == id && c.State == "created" && c.CreatedBy == "unix:dora");
        await fixture.Log.AppendAsync([(Streams.Container(id), new ContainerRemoved(id, null, DateTimeOffset.UtcNow))], TestStore.Request(), Cancellation);

        (await GetAsync<ContainerView[]>("/api/v1/containers")).ShouldNotContain(c => c.Id == id);
        (await GetAsync<ContainerView[]>("/api/v1/containers?all=true")).ShouldContain(c => c.Id == id && c.State == "removed");
        foreach (var given in (string[])[id, id[..12], name])
        {
            (await GetAsync<ContainerView>("/api/v1/containers/" + given)).Id.ShouldBe(id);
            (await GetAsync<EventView[]>($"/api/v1/containers/{given}/events")).Select(e => e.Type).ShouldBe(["container_created", "container_removed"]);
        }
        var (later, _) = await CreateAsync(name);
        (await GetAsync<ContainerView>("/api/v1/containers/" + name)).Id.ShouldBe(later);
    }

    [Fact]
    public async Task What_is_not_there_is_named_in_a_problem()
    {
        using var answer = await Client.GetAsync("/api/v1/containers/nobody/events", Cancellation);
        answer.StatusCode.ShouldBe(HttpStatusCode.NotFound);
        answer.Content.Headers.ContentType!.MediaType.ShouldBe("application/problem+json");
        (await answer.Content.ReadAsStringAsync(Cancellation)).ShouldContain("nobody");
        using var nowhere = await Client.GetAsync("/api/v1/nowhere", Cancellation);
        nowhere.StatusCode.ShouldBe(HttpStatusCode.NotFound);
        nowhere.Content.Headers.ContentType!.MediaType.ShouldBe("application/problem+json");
    }

    [Fact]
    public async Task The_stream_tells_each_event_as_it_happens_and_goes_on_from_the_last_id()
    {
        var (first, _) = await CreateAsync();
        var from = (await GetAsync<EventView[]>($"/api/v1/containers/{first}/events"))[0].Sequence;
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/v1/events/stream");
        request.Headers.Add("Last-Event-ID", (from - 1).ToString(System.Globalization.CultureInfo.InvariantCulture));
        using var answer = await Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, Cancellation);
        answer.Content.Headers.ContentType!.MediaType.ShouldBe("text/event-stream");
        using var lines = new StreamReader(await answer.Content.ReadAsStreamAsync(Cancellation));
        (await NextAsync(lines)).Stream.ShouldBe(Streams.Container(first));
        var (second, _) = await CreateAsync();
        var live = await NextAsync(lines);
        live.Stream.ShouldBe(Streams.Container(second));
        live.Sequence.ShouldBeGreaterThan(from);
    }

    [Fact]
    public async Task Lineage_leads_from_image_to_container_to_the_image_made_of_it()
    {
        var (id, name) = await CreateAsync();
        var parent = "sha256:" + new string('1', 64);
        var image = "sha256:" + TestStore.NewId();
        var context = TestStore.Request(actor: "unix:dora");
        await fixture.Log.AppendAsync([
            (Streams.Image(parent), new ImagePulled(parent, "x", "docker.io/library/busybox:latest", "r", "sha256:m", "t", null, "{}", [], Samples.At, Samples.At)),
            (Streams.Container(id), new ContainerCommitRequested(id, context.CommandId, $"docker.io/library/{name}:v1", "me", "why", [], true, "{}", Samples.At))],
            context, Cancellation);
        await fixture.Worker.DeliverAsync(Samples.Batch(context.CommandId, null, new ContainerCommittedReport(
            id, new StoredImage(image, "sha256:m2", "t", null, "{}", [new("d", "f", "c", "t", 1, 20, false)]), "c", TimeSpan.FromMilliseconds(1), Samples.At)));

        var made = (await GetAsync<ImageView[]>("/api/v1/images")).Single(i => i.Id == image);
        made.References.ShouldBe([name + ":v1"]);
        made.FromContainerId.ShouldBe(id);
        made.RecordedBy.ShouldBe("unix:dora");
        made.Size.ShouldBe(20);
        // The histories follow a moment behind.
        LineageEdge[] edges = [];
        await Eventually.TrueAsync(async () =>
        {
            edges = [.. (await GetAsync<LineageView>("/api/v1/lineage")).Edges.Where(e => e.From == id || e.To == id)];
            return edges.Length >= 2;
        });
        edges.Select(e => (e.From, e.To, e.Kind)).ShouldBe([(parent, id, "run"), (id, image, "commit")]);
        (await GetAsync<ContainerView>("/api/v1/containers/" + id)).CommittedImages.ShouldBe([image]);
    }

    [Fact]
    public async Task Who_had_an_address_is_told_for_any_time_and_also_of_removed_containers()
    {
        var (id, name) = await CreateAsync();
        var (from, until) = (DateTimeOffset.UtcNow.AddHours(-2), DateTimeOffset.UtcNow.AddHours(-1));
        var endpoint = new NetworkEndpoint(
            "net-" + id[..8], "bridge", "br0", "10.91.0.0/24", "10.91.0.1", "10.91.0.7", 24, "veth" + id[..7], "02:42:0a:5b:00:" + id[..2]);
        var context = TestStore.Request(actor: "unix:dora");
        await fixture.Log.AppendAsync([
            (Streams.Container(id), new ContainerStartRequested(id, context.CommandId, endpoint, from)),
            (Streams.Container(id), new IpReleased(id, endpoint.NetworkId, endpoint.Address, until)),
            (Streams.Container(id), new ContainerRemoved(id, null, until))], context, Cancellation);

        foreach (var query in (string[])[$"address=10.91.0.7&at={from.AddMinutes(5):O}", $"mac={endpoint.MacAddress.ToUpperInvariant()}"])
        {
            var lease = (await GetAsync<AddressLeaseView[]>("/api/v1/leases?" + query.Replace("+", "%2B", StringComparison.Ordinal))).Single(l => l.ContainerId == id);
            lease.Container.ShouldBe(name);
            lease.Actor.ShouldBe("unix:dora");
            lease.Until.ShouldNotBeNull().ShouldBe(until, TimeSpan.FromMilliseconds(1));
            lease.Released.ShouldBe("released");
        }
        (await GetAsync<AddressLeaseView[]>($"/api/v1/leases?address=10.91.0.7&at={until.AddMinutes(5):O}".Replace("+", "%2B", StringComparison.Ordinal))).ShouldBeEmpty();
        (await GetAsync<ContainerView>("/api/v1/containers/" + id)).Address.ShouldBe("10.91.0.7");
        using var refused = await Client.GetAsync("/api/v1/leases?address=nonsense", Cancellation);
        refused.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        (await refused.Content.ReadAsStringAsync(Cancellation)).ShouldContain("nonsense");
    }

    [Fact]
    public async Task Who_had_a_port_is_told_for_any_time_and_also_of_removed_containers()
    {
        var (id, name) = await CreateAsync();
        var (from, until) = (DateTimeOffset.UtcNow.AddHours(-4), DateTimeOffset.UtcNow.AddHours(-3));
        var context = TestStore.Request(actor: "unix:dora");
        PublishedPort[] ports = [new("0.0.0.0", 7777, 80, "tcp"), new("127.0.0.1", 7777, 53, "udp")];
        await fixture.Log.AppendAsync([
            (Streams.Container(id), new ContainerStartRequested(id, context.CommandId, null, from) { Ports = ports }),
            (Streams.Container(id), new PortsUnpublished(id, ports, false, until)),
            (Streams.Container(id), new ContainerRemoved(id, null, until))], context, Cancellation);

        var at = Uri.EscapeDataString(from.AddMinutes(5).ToString("O"));
        var lease = (await GetAsync<PortLeaseView[]>($"/api/v1/leases/ports?port=7777&protocol=TCP&at={at}")).ShouldHaveSingleItem();
        (lease.Container, lease.HostIp, lease.HostPort, lease.ContainerPort, lease.Actor, lease.Released).ShouldBe((name, "0.0.0.0", 7777, 80, "unix:dora", "released"));
        lease.Until.ShouldNotBeNull().ShouldBe(until, TimeSpan.FromMilliseconds(1));
        (await GetAsync<PortLeaseView[]>($"/api/v1/leases/ports?port=7777&address=127.0.0.1&at={at}")).Length.ShouldBe(2, "what is at all addresses is at this one, too");
        (await GetAsync<PortLeaseView[]>($"/api/v1/leases/ports?port=7777&address=10.0.0.1&at={at}")).ShouldHaveSingleItem().Protocol.ShouldBe("tcp");
        (await GetAsync<PortLeaseView[]>($"/api/v1/leases/ports?port=7777&at={Uri.EscapeDataString(until.AddMinutes(5).ToString("O"))}")).ShouldBeEmpty();
        using var refused = await Client.GetAsync("/api/v1/leases/ports?address=nonsense", Cancellation);
        refused.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
    }

    [Fact]
    public async Task The_status_says_that_store_and_worker_answer()
    {
        var status = await GetAsync<StatusView>("/api/v1/status");
        status.Store.ShouldBeTrue();
        status.Worker.ShouldBeTrue();
        status.LastSequence.ShouldBeGreaterThan(0);
        status.Host.ShouldBe(Environment.MachineName);
    }

    [Fact]
    public async Task An_order_goes_to_the_worker_and_its_facts_are_in_the_log_when_it_returns()
    {
        var (id, name) = await CreateAsync();
        var context = TestStore.Request();
        var intent = new ContainerStartRequested(id, context.CommandId, null, DateTimeOffset.UtcNow);
        await fixture.Log.AppendAsync([(Streams.Container(id), intent)], context, Cancellation);
        fixture.Worker.Script.Reports = order => Samples.StartReports(id, intent);
        var container = (await fixture.Log.FindContainerAsync(name, Cancellation)).ShouldNotBeNull();
        var outcome = await fixture.Server.Get<IWorker>().SendAsync(fixture.Server.Get<OrderFactory>().Start(container, intent), Cancellation);

        outcome.Failure.ShouldBeNull();
        (await fixture.Log.FindContainerAsync(name, Cancellation))!.Status.ShouldBe(ContainerStatus.Running);
        var received = fixture.Worker.Script.Received.OfType<Shiplog.Contracts.Orders.StartContainer>().Single(o => o.ContainerId == id);
        received.Process.Args.ShouldBe(["sh", "-c", "echo \"<h1>\""]);
        received.Process.Env.ShouldContain("Ünïcode=✓");
        received.Process.Hostname.ShouldBe(id[..12]);
        received.Process.WorkingDirectory.ShouldBe("/");
    }

    [Fact]
    public async Task An_order_that_fails_comes_back_with_the_reason()
    {
        fixture.Worker.Script.Outcome = order => new OrderOutcome(
            order.CommandId, new OrderFailure("PullImage", FailureKind.NotFound, "manifest unknown"));
        var outcome = await fixture.Server.Get<IWorker>().SendAsync(
            new Shiplog.Contracts.Orders.PullImage("c", "docker.io/library/nope:latest", null, null, null), Cancellation);
        outcome.Failure.ShouldBe(new OrderFailure("PullImage", FailureKind.NotFound, "manifest unknown"));
        fixture.Worker.Script.Outcome = order => new OrderOutcome(order.CommandId);
    }

    private static async Task<EventView> NextAsync(StreamReader lines)
    {
        while (await lines.ReadLineAsync(Cancellation).AsTask().WaitAsync(Eventually.Patience) is { } line)
        {
            if (line.StartsWith("data: ", StringComparison.Ordinal))
                return JsonSerializer.Deserialize<EventView>(line[6..], JsonSerializerOptions.Web)!;
        }
        throw new EndOfStreamException("the stream has ended");
    }
}
