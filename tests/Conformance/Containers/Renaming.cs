namespace Shiplog.Conformance.Tests.Containers;

/// <summary>POST /containers/{id}/rename</summary>
public sealed class Renaming : Conversation
{
    [Fact]
    public async Task Gives_another_name_and_frees_the_old_one()
    {
        var (before, after) = (NewName(), NewName());
        var id = await CreateAsync(new { DockerEngine.Image }, before);
        (await DockerEngine.PostAsync($"/containers/{before}/rename?name={after}")).With(204).Body.ShouldBeEmpty();
        (await InspectAsync(after)).Text("Id").ShouldBe(id);
        (await DockerEngine.GetAsync($"/containers/{before}/json")).Refuses(404, $"No such container: {before}");
        await CreateAsync(new { DockerEngine.Image }, before);
    }

    [Fact]
    public async Task Refuses_a_name_that_is_taken()
    {
        var name = NewName();
        var owner = await CreateAsync(new { DockerEngine.Image }, name);
        var other = await CreateAsync("true");
        (await DockerEngine.PostAsync($"/containers/{other}/rename?name={name}")).Refuses(
            409, $"Error when allocating new name: Conflict. The container name \"/{name}\" is already in use by container \"{owner}\". " +
            "You have to remove (or rename) that container to be able to reuse that name.");
    }

    [Fact]
    public async Task Refuses_its_own_name()
    {
        var name = NewName();
        var id = await CreateAsync(new { DockerEngine.Image }, name);
        (await DockerEngine.PostAsync($"/containers/{id}/rename?name={name}")).Refuses(
            400, "Renaming a container with the same name as its current name");
    }

    [Theory]
    [InlineData("", "Neither old nor new names may be empty")]
    [InlineData("a b", "Error when allocating new name: Invalid container name (/a b), only [a-zA-Z0-9][a-zA-Z0-9_.-] are allowed")]
    public async Task Refuses_what_is_no_name(string name, string message)
    {
        var id = await CreateAsync("true");
        (await DockerEngine.PostAsync($"/containers/{id}/rename?name={Uri.EscapeDataString(name)}")).Refuses(
            400, DockerEngine.IsDockerd ? message : message.Replace("(/", "(", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Refuses_one_that_is_not_there() =>
        (await DockerEngine.PostAsync("/containers/nosuch/rename?name=other")).Refuses(404, "No such container: nosuch");
}
