using Shiplog.Domain;
using Shiplog.Domain.Containers;
using Shiplog.Domain.Images;
using Shiplog.Server.Store;

namespace Shiplog.Server.Tests.Store;

public sealed class ReadingTheLog(StoreFixture fixture)
{
    private TestStore Store => fixture.Store;

    [Fact]
    public async Task A_container_is_found_by_id_by_name_and_by_the_beginning_of_its_id()
    {
        var (id, name) = await Store.CreateContainerAsync();
        foreach (var given in (string[])[id, name, "/" + name, id[..12]])
            (await Store.Log.FindContainerAsync(given, TestStore.Cancellation)).ShouldNotBeNull().Id.ShouldBe(id);
        (await Store.Log.FindContainerAsync(name[..^1], TestStore.Cancellation)).ShouldBeNull();
        (await Store.Log.FindContainerAsync("%", TestStore.Cancellation)).ShouldBeNull();
    }

    [Fact]
    public async Task A_beginning_that_two_ids_share_is_ambiguous_unless_it_is_a_name()
    {
        var one = await CreateAsync("beef" + TestStore.NewId()[4..]);
        await CreateAsync("beef" + TestStore.NewId()[4..]);
        await Should.ThrowAsync<AmbiguousIdException>(() => Store.Log.FindContainerAsync("beef", TestStore.Cancellation));
        (await Store.Log.FindContainerAsync(one, TestStore.Cancellation))!.Id.ShouldBe(one);
        var named = await Store.CreateContainerAsync("beef");
        (await Store.Log.FindContainerAsync("beef", TestStore.Cancellation))!.Id.ShouldBe(named.Id);
    }

    [Fact]
    public async Task A_name_in_use_is_refused_and_free_again_after_the_removal()
    {
        var (id, name) = await Store.CreateContainerAsync();
        var other = TestStore.NewId();
        var refused = await Store.Log.DecideAsync<Container>(
            Streams.Container(other), _ => Decision.Accept(Samples.Created(other, name, "x")), TestStore.Request(), TestStore.Cancellation);
        refused.ShouldBeOfType<Decision.Refused>().Reason.ShouldSatisfyAllConditions(
            r => r.Kind.ShouldBe(RefusalKind.Conflict), r => r.Message.ShouldContain(name), r => r.Message.ShouldContain(id));
        (await Store.Log.FindContainerAsync(other, TestStore.Cancellation)).ShouldBeNull();

        await Store.Log.AppendAsync([(Streams.Container(id), new ContainerRemoved(id, null, DateTimeOffset.UtcNow))], TestStore.Request(), TestStore.Cancellation);
        (await Store.Log.FindContainerAsync(name, TestStore.Cancellation)).ShouldBeNull();
        var again = await Store.CreateContainerAsync(name);
        (await Store.Log.FindContainerAsync(name, TestStore.Cancellation))!.Id.ShouldBe(again.Id);
    }

    [Fact]
    public async Task A_NUL_character_is_refused_not_stored_and_not_a_broken_store()
    {
        var id = TestStore.NewId();
        var refused = await Store.Log.DecideAsync<Container>(
            Streams.Container(id), _ => Decision.Accept(Samples.Created(id, "nul\0name", "x")), TestStore.Request(), TestStore.Cancellation);
        refused.ShouldBeOfType<Decision.Refused>().Reason.Kind.ShouldBe(RefusalKind.Invalid);
    }

    [Fact]
    public async Task An_image_is_found_by_name_by_id_and_by_the_beginning_of_its_id_while_it_is_present()
    {
        var id = "sha256:" + TestStore.NewId();
        var name = $"docker.io/library/i{id[7..17]}:latest";
        await Store.Log.AppendAsync([
            (Streams.Image(id), Pulled(id, name)),
            (Streams.Reference(name), new ImageTagged(name, id, null, DateTimeOffset.UtcNow))], TestStore.Request(), TestStore.Cancellation);
        foreach (var given in (string[])["i" + id[7..17], name, id, id[7..], id[7..19], $"i{id[7..17]}@sha256:{new string('d', 64)}"])
            (await Store.Log.FindImageAsync(given, TestStore.Cancellation)).ShouldNotBeNull(given).Id.ShouldBe(id);
        (await Store.Log.FindImageAsync("i" + id[7..17] + ":other", TestStore.Cancellation)).ShouldBeNull();

        await Store.Log.AppendAsync([(Streams.Image(id), new ImageRemoved(id, "x", [], 0, DateTimeOffset.UtcNow))], TestStore.Request(), TestStore.Cancellation);
        (await Store.Log.FindImageAsync(id, TestStore.Cancellation)).ShouldBeNull();
        (await Store.Log.FindImageAsync("i" + id[7..17], TestStore.Cancellation)).ShouldBeNull();
    }

    [Fact]
    public async Task Since_and_until_are_about_when_it_happened()
    {
        var (id, _) = await Store.CreateContainerAsync();
        var now = DateTimeOffset.UtcNow;
        await Store.Log.AppendAsync([
            (Streams.Container(id), new ContainerAttached(id, true, false, false, now.AddMinutes(-3))),
            (Streams.Container(id), new ContainerAttached(id, false, true, false, now.AddMinutes(-2))),
            (Streams.Container(id), new ContainerAttached(id, false, false, true, now.AddMinutes(-1)))], TestStore.Request(), TestStore.Cancellation);
        var events = await Store.Feed.ReadAsync(0, Streams.Container(id), now.AddMinutes(-2.5), now.AddMinutes(-1.5), follow: true, TestStore.Cancellation)
            .ToListAsync(TestStore.Cancellation);
        events.ShouldHaveSingleItem().Data.GetProperty("stdout").GetBoolean().ShouldBeTrue();
    }

    [Fact]
    public async Task Following_ends_when_the_clock_passes_until()
    {
        var (id, _) = await Store.CreateContainerAsync();
        var events = await Store.Feed.ReadAsync(0, Streams.Container(id), null, DateTimeOffset.UtcNow.AddMilliseconds(200), follow: true, TestStore.Cancellation)
            .ToListAsync(TestStore.Cancellation);
        events.ShouldHaveSingleItem();
    }

    private async Task<string> CreateAsync(string id)
    {
        await Store.Log.DecideAsync<Container>(
            Streams.Container(id), _ => Decision.Accept(Samples.Created(id, "n" + id[10..20], "x")), TestStore.Request(), TestStore.Cancellation);
        return id;
    }

    private static ImagePulled Pulled(string id, string name) => new(
        id, "x", name, "registry", "sha256:" + new string('d', 64), "type", null, "{}", [], DateTimeOffset.UtcNow, DateTimeOffset.UtcNow);
}
