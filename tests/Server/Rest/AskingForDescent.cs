using System.Net;
using System.Net.Http.Json;
using Shiplog.Contracts.Views;
using Shiplog.Domain;
using Shiplog.Domain.Containers;
using Shiplog.Domain.Images;
using Shiplog.Server.Store;

namespace Shiplog.Server.Tests.Rest;

public sealed class AskingForDescent(ServerFixture fixture) : IClassFixture<ServerFixture>
{
    private static readonly DateTimeOffset Noon = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    // Names and ids of each test's own: they share a log.
    private readonly string _name = "docker.io/library/app" + TestStore.NewId()[..8] + ":latest";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private HttpClient Client => fixture.Server.Docker;

    private async Task<T> GetAsync<T>(string path) where T : class => (await Client.GetFromJsonAsync<T>(path, Cancellation)).ShouldNotBeNull();

    private Task AppendAsync(string actor, params (string Stream, object Event)[] events) =>
        fixture.Log.AppendAsync(events, TestStore.Request(actor: actor), Cancellation);

    private static Layer[] Layers(params string[] chain) => [.. chain.Select(c => new Layer("sha256:" + c, "f", c, "t", 1, 20, false))];

    private async Task<string> PullAsync(string name, params string[] chain)
    {
        var id = "sha256:" + TestStore.NewId();
        await AppendAsync(
            "unix:dora",
            (Streams.Image(id), new ImagePulled(id, "x", name, "registry.example", "sha256:m", "t", null, "{}", Layers(chain), Noon, Noon)),
            (Streams.Reference(name), new ImageTagged(name, id, null, Noon)));
        return id;
    }

    private async Task<string> ContainerAsync(string imageId)
    {
        var id = TestStore.NewId();
        var context = TestStore.Request();
        var created = Samples.Created(id, "d" + id[..12], context.CommandId) with { ImageId = imageId };
        (await fixture.Log.DecideAsync<Container>(Streams.Container(id), _ => Decision.Accept(created), context, Cancellation)).ShouldBeOfType<Decision.Accepted>();
        return id;
    }

    private async Task<string> CommitAsync(string container, string parent, string name, string? previous, DateTimeOffset at, params string[] chain)
    {
        var id = "sha256:" + TestStore.NewId();
        await AppendAsync(
            "unix:eve",
            (Streams.Image(id), new ImageCommitted(id, "x", container, parent, null, null, "sha256:m", "t", "{}", Layers(chain), at)),
            (Streams.Reference(name), new ImageTagged(name, id, previous, at)));
        return id;
    }

    private async Task<string> LoadAsync(params string[] chain)
    {
        var id = "sha256:" + TestStore.NewId();
        await AppendAsync("unix:dora", (Streams.Image(id), new ImageLoaded(id, "x", [], "sha256:m", "t", "{}", Layers(chain), Noon.AddHours(3))));
        return id;
    }

    [Fact]
    public async Task A_line_goes_over_commits_that_the_log_knows_and_loads_that_only_layers_tell_of()
    {
        var unique = TestStore.NewId();
        var pulled = await PullAsync(_name, unique + "1");
        var container = await ContainerAsync(pulled);
        var committed = await CommitAsync(container, pulled, _name, pulled, Noon.AddHours(1), unique + "1", unique + "2");
        var loaded = await LoadAsync(unique + "1", unique + "2", unique + "3");
        await AppendAsync("unix:eve", (Streams.Image(committed), new ImageRemoved(committed, "x", [], 0, Noon.AddHours(4))));

        var lineage = await GetAsync<ImageLineageView>("/api/v1/images/lineage?image=" + committed);

        lineage.Image.Id.ShouldBe(committed);
        (lineage.Image.Origin, lineage.Image.ContainerId, lineage.Image.Present, lineage.Image.By, lineage.Image.Inferred)
            .ShouldBe(("committed", container, false, "unix:eve", false));
        (lineage.Image.Name, lineage.Image.HasName).ShouldBe((ImageReference.Parse(_name).Familiar, true));
        var ancestor = lineage.Ancestors.ShouldHaveSingleItem();
        (ancestor.Id, ancestor.Name, ancestor.HasName).ShouldBe((pulled, ImageReference.Parse(_name).Familiar, false));
        var child = lineage.Descendants.ShouldHaveSingleItem();
        (child.Id, child.Distance, child.Inferred, child.Name).ShouldBe((loaded, 1, true, null));
        var arrival = (await GetAsync<ImageLineageView>("/api/v1/images/lineage?image=" + pulled[..30])).Arrivals.ShouldHaveSingleItem();
        (arrival.How, arrival.Reference, arrival.Registry, arrival.By).ShouldBe(("pulled", _name, "registry.example", "unix:dora"));
        (await GetAsync<ImageLineageView>("/api/v1/images/lineage?image=" + loaded)).Ancestors.Select(a => a.Id).ShouldBe([committed, pulled]);
    }

    [Fact]
    public async Task Commits_are_told_as_a_dockerfile_from_what_can_be_pulled()
    {
        var unique = TestStore.NewId();
        var pulled = await PullAsync(_name, unique + "1");
        var committed = await CommitAsync(await ContainerAsync(pulled), pulled, _name, pulled, Noon.AddHours(1), unique + "1", unique + "2");

        var lines = (await Client.GetStringAsync("/api/v1/images/dockerfile?image=" + committed, Cancellation)).Split('\n');
        lines[0].ShouldBe($"FROM {ImageReference.Parse(_name).Repository}@sha256:m");
        lines[2].ShouldStartWith($"# {ImageReference.Parse(_name).Familiar}: committed 2026-03-01 13:00:00Z by unix:eve from d");
        lines[3].ShouldBe($"ADD sha256-{unique}2.tar.gz /");
        // What came from elsewhere is what one starts from, whatever its layers tell.
        (await Client.GetStringAsync("/api/v1/images/dockerfile?image=" + await LoadAsync(unique + "1", unique + "2", unique + "3"), Cancellation))
            .ShouldStartWith("FROM sha256:");
    }

    [Fact]
    public async Task A_name_is_told_through_time_and_who_moved_it()
    {
        var first = await PullAsync(_name, TestStore.NewId());
        var second = await CommitAsync(await ContainerAsync(first), first, _name, first, Noon.AddHours(1), TestStore.NewId());
        await AppendAsync("unix:mallory", (Streams.Reference(_name), new ImageUntagged(_name, second, Noon.AddHours(2))));
        var tags = "/api/v1/tags?name=" + Uri.EscapeDataString(_name.Replace("docker.io/library/", "", StringComparison.Ordinal));
        string At(int hour, int minute) => $"{tags}&at={Uri.EscapeDataString(Noon.AddHours(hour).AddMinutes(minute).ToString("O"))}";

        (await GetAsync<TagChangeView[]>(tags)).Select(c => (c.ImageId, c.PreviousImageId, c.By)).ShouldBe(
            [(null, second, "unix:mallory"), (second, first, "unix:eve"), (first, null, "unix:dora")]);
        (await GetAsync<TagChangeView[]>(At(0, 30))).ShouldHaveSingleItem().ImageId.ShouldBe(first);
        (await GetAsync<TagChangeView[]>(At(1, 30))).ShouldHaveSingleItem().ImageId.ShouldBe(second);
        (await GetAsync<TagChangeView[]>(At(2, 30))).ShouldHaveSingleItem().ImageId.ShouldBeNull();
        (await GetAsync<TagChangeView[]>(At(-1, 0))).ShouldBeEmpty();
        // A name that means nothing any more still leads to what it meant last, and at a time to what it meant then.
        (await GetAsync<ImageLineageView>("/api/v1/images/lineage?image=" + Uri.EscapeDataString(_name))).Image.Id.ShouldBe(second);
        (await GetAsync<ImageLineageView>($"/api/v1/images/lineage?image={Uri.EscapeDataString(_name)}&at={Uri.EscapeDataString(Noon.AddMinutes(1).ToString("O"))}"))
            .Image.Id.ShouldBe(first);
    }

    [Fact]
    public async Task All_containers_of_an_image_and_of_what_was_made_of_it_are_found_also_the_removed()
    {
        var unique = TestStore.NewId();
        var pulled = await PullAsync(_name, unique + "1");
        var below = await ContainerAsync(pulled);
        var committed = await CommitAsync(below, pulled, _name, pulled, Noon.AddHours(1), unique + "1", unique + "2");
        var above = await ContainerAsync(committed);
        await AppendAsync("unix:root", (Streams.Container(above), new ContainerRemoved(above, null, DateTimeOffset.UtcNow)));

        (await GetAsync<ContainerView[]>("/api/v1/containers?all=true&on=" + pulled)).Select(c => c.Id).Order().ShouldBe(new[] { below, above }.Order());
        (await GetAsync<ContainerView[]>("/api/v1/containers?on=" + pulled)).Select(c => c.Id).ShouldBe([below]);
        (await GetAsync<ContainerView[]>("/api/v1/containers?all=true&on=" + committed)).Select(c => c.Id).ShouldBe([above]);
    }

    [Theory]
    [InlineData("images/lineage?image=never-was", HttpStatusCode.NotFound, "never-was")]
    [InlineData("images/lineage?image=sha256:zz", HttpStatusCode.NotFound, "sha256:zz")]
    [InlineData("images/dockerfile?image=never-was", HttpStatusCode.NotFound, "never-was")]
    [InlineData("containers?on=never-was", HttpStatusCode.NotFound, "never-was")]
    [InlineData("tags?name=Not%20a%20name", HttpStatusCode.BadRequest, "invalid reference format")]
    public async Task What_is_no_image_is_said(string path, HttpStatusCode status, string said)
    {
        using var answer = await Client.GetAsync("/api/v1/" + path, Cancellation);

        answer.StatusCode.ShouldBe(status);
        (await answer.Content.ReadAsStringAsync(Cancellation)).ShouldContain(said);
    }
}
