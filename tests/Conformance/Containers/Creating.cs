namespace Shiplog.Conformance.Tests.Containers;

/// <summary>POST /containers/create</summary>
public sealed class Creating : Conversation
{
    [Fact]
    public async Task Gives_an_id_and_no_warnings()
    {
        var answer = (await DockerEngine.PostAsync("/containers/create", new { DockerEngine.Image, Cmd = (string[])["true"] })).With(201).Json;
        var id = answer.Text("Id");
        ForgetContainer(id);
        id.ShouldMatch("^[0-9a-f]{64}$");
        answer.Texts("Warnings").ShouldBeEmpty();
        (await InspectAsync(id)).Text("Name").ShouldMatch("^/[a-z]+_[a-z]+[0-9]*$");
    }

    [Fact]
    public async Task Needs_an_image_that_is_here() => (await DockerEngine.PostAsync("/containers/create", new { Image = "nosuch" })).Refuses(
        404, "No such image: nosuch:latest");

    [Fact]
    public async Task Needs_a_command_from_somewhere()
    {
        // An entrypoint of its own takes the image's command away, and this one is none.
        (await DockerEngine.PostAsync("/containers/create", new { DockerEngine.Image, Entrypoint = (string[])[""] })).Refuses(400, "No command specified");
    }

    [Theory]
    [InlineData("a b")]
    [InlineData("-a")]
    [InlineData("a/b")]
    [InlineData("ü")]
    [InlineData("a")]
    public async Task Refuses_a_bad_name(string name) =>
        (await DockerEngine.PostAsync($"/containers/create?name={Uri.EscapeDataString(name)}", new { DockerEngine.Image })).Refuses(
            400, $"Invalid container name ({name}), only [a-zA-Z0-9][a-zA-Z0-9_.-] are allowed");

    [Fact]
    public async Task Refuses_a_name_that_is_taken_and_says_by_whom()
    {
        var name = NewName();
        var id = await CreateAsync(new { DockerEngine.Image }, name);
        foreach (var again in (string[])[name, "/" + name])
        {
            (await DockerEngine.PostAsync($"/containers/create?name={again}", new { DockerEngine.Image })).Refuses(
                409, $"Conflict. The container name \"/{name}\" is already in use by container \"{id}\". " +
                "You have to remove (or rename) that container to be able to reuse that name.");
        }
    }

    [Theory]
    [InlineData("""{"WorkingDir":"here"}""", "the working directory 'here' is invalid, it needs to be an absolute path")]
    [InlineData("""{"StopSignal":"SIGNOT"}""", "Invalid signal: SIGNOT")]
    [InlineData("""{"Env":["=x"]}""", "invalid environment variable: =x")]
    [InlineData("""{"HostConfig":{"ExtraHosts":["nocolon"]}}""", "bad format for add-host: \"nocolon\"")]
    [InlineData("""{"HostConfig":{"CapAdd":["CAP_NOT"]}}""", "invalid CapAdd: unknown capability: \"CAP_NOT\"")]
    [InlineData("""{"HostConfig":{"CapDrop":["CAP_NOT"]}}""", "invalid CapDrop: unknown capability: \"CAP_NOT\"")]
    public async Task Refuses_values_that_make_no_sense(string options, string message) =>
        (await DockerEngine.PostJsonAsync("/containers/create", options.Insert(1, "\"Image\":\"busybox\","))).Refuses(400, message);

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("[]")]
    [InlineData("""{"Image":7}""")]
    [InlineData("""{"Image":"busybox","Env":"A=b"}""")]
    public async Task Refuses_a_body_that_is_not_its_json(string json) => (await DockerEngine.PostJsonAsync("/containers/create", json)).With(DockerEngine.BadInput);

    [Fact]
    public async Task Refuses_a_body_that_is_not_called_json()
    {
        using var content = new StringContent("{}", System.Text.Encoding.UTF8, "text/plain");
        (await DockerEngine.SendAsync(HttpMethod.Post, "/containers/create", content)).With(400);
    }

    [Fact]
    public async Task Takes_what_is_open_from_the_image()
    {
        var (image, _) = await CommitAsync(changes: "ENV A=image\nENV B=image\nLABEL of=image\nWORKDIR /tmp\nUSER nobody\nENTRYPOINT [\"echo\"]\nCMD [\"hello\"]\nEXPOSE 80");
        var id = await CreateAsync(new { Image = image, Env = (string[])["A=mine"], Labels = new { mine = "yes" } });
        var config = (await InspectAsync(id)).At("Config");
        config.Texts("Env").ShouldBe(["A=mine", "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "B=image"], ignoreOrder: true);
        config.Text("Labels", "of").ShouldBe("image");
        config.Text("Labels", "mine").ShouldBe("yes");
        config.Text("WorkingDir").ShouldBe("/tmp");
        config.Text("User").ShouldBe("nobody");
        config.Texts("Entrypoint").ShouldBe(["echo"]);
        config.Texts("Cmd").ShouldBe(["hello"]);
        config.Text("Image").ShouldBe(image);
        config.Keys("ExposedPorts").ShouldBe(["80/tcp"]);
        config.Text("Hostname").ShouldBe(id[..12]);
    }

    [Fact]
    public async Task Of_an_entrypoint_of_its_own_forgets_the_images_command()
    {
        var (image, _) = await CommitAsync(changes: "CMD [\"hello\"]");
        var config = (await InspectAsync(await CreateAsync(new { Image = image, Entrypoint = (string[])["echo"] }))).At("Config");
        config.Texts("Entrypoint").ShouldBe(["echo"]);
        config.Texts("Cmd").ShouldBeEmpty();
    }
}
