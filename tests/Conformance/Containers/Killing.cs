namespace Shiplog.Conformance.Tests.Containers;

/// <summary>POST /containers/{id}/kill</summary>
public sealed class Killing : Conversation
{
    [Fact]
    public async Task Ends_the_program()
    {
        var id = await RunAsync("sleep", "1000");
        (await DockerEngine.PostAsync($"/containers/{id}/kill")).With(204).Body.ShouldBeEmpty();
        (await EndedAsync(id)).ShouldBe(137);
    }

    [Theory]
    [InlineData("SIGUSR1")]
    [InlineData("USR1")]
    [InlineData("usr1")]
    [InlineData("10")]
    public async Task Sends_any_signal_by_name_or_number(string signal)
    {
        var id = await RunAsync("sh", "-c", "trap 'echo caught; exit 3' USR1; echo ready; while :; do sleep 1000 & wait $!; done");
        await SaidAsync(id, "ready");
        (await DockerEngine.PostAsync($"/containers/{id}/kill?signal={signal}")).With(204);
        (await EndedAsync(id)).ShouldBe(3);
        await SaidAsync(id, "caught");
    }

    [Theory]
    [InlineData("SIGNOT")]
    [InlineData("0")]
    public async Task Refuses_a_signal_that_is_none(string signal)
    {
        var id = await RunAsync("sleep", "1000");
        (await DockerEngine.PostAsync($"/containers/{id}/kill?signal={signal}")).RefusesWith(400, $"Invalid signal: {signal}");
    }

    [Fact]
    public async Task Refuses_a_number_above_all_signals()
    {
        var id = await RunAsync("sleep", "1000");
        (await DockerEngine.PostAsync($"/containers/{id}/kill?signal=99")).With(DockerEngine.BadInput);
        (await StateAsync(id)).Is("Running").ShouldBeTrue();
    }

    [Fact]
    public async Task Refuses_what_does_not_run()
    {
        var name = NewName();
        var id = await CreateAsync(new { DockerEngine.Image }, name);
        (await DockerEngine.PostAsync($"/containers/{name}/kill")).Refuses(
            409, $"Cannot kill container: {name}: Container {id} is not running");
    }

    [Fact]
    public async Task Refuses_one_that_is_not_there() =>
        (await DockerEngine.PostAsync("/containers/nosuch/kill")).Refuses(404, "Cannot kill container: nosuch: No such container: nosuch");

    [Fact]
    public async Task Ends_a_paused_one()
    {
        var id = await RunAsync("sleep", "1000");
        (await DockerEngine.PostAsync($"/containers/{id}/pause")).With(204);
        (await DockerEngine.PostAsync($"/containers/{id}/kill")).With(204);
        (await EndedAsync(id)).ShouldBe(137);
    }
}
