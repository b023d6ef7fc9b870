namespace Shiplog.Conformance.Tests.Containers;

/// <summary>POST /commit</summary>
public sealed class Committing : Conversation
{
    [Fact]
    public async Task Makes_an_image_of_what_the_container_has_become()
    {
        var id = await RunToEndAsync("sh", "-c", "echo kept > /kept");
        var name = NewName();
        var image = (await DockerEngine.PostAsync($"/commit?container={id}&repo={name}&tag=v2&author=Ann%20%3Ca%40b%3E&comment=why")).With(201).Json.Text("Id");
        Forget(name + ":v2");
        image.ShouldMatch("^sha256:[0-9a-f]{64}$");
        var made = (await DockerEngine.GetAsync($"/images/{name}:v2/json")).With(200).Json;
        made.Text("Id").ShouldBe(image);
        made.Text("Author").ShouldBe("Ann <a@b>");
        made.Text("Comment").ShouldBe("why");
        made.Text("Container").ShouldBe(id);
        made.Text("Parent").ShouldBe((await DockerEngine.GetAsync($"/images/{DockerEngine.Image}/json")).Json.Text("Id"));
        made.Texts("RootFS", "Layers").Length.ShouldBe(2);
        var next = await RunAsync(new { Image = name + ":v2", Cmd = (string[])["cat", "/kept"] });
        await SaidAsync(next, "kept");
    }

    [Fact]
    public async Task Takes_instructions_and_a_configuration()
    {
        var id = await CreateAsync("true");
        var name = NewName();
        var changes = string.Join('&', new[] { "ENV A=b", "CMD [\"hello\"]", "LABEL x=y", "EXPOSE 81", "VOLUME /data", "WORKDIR /tmp", "USER 5" }
            .Select(c => "changes=" + Uri.EscapeDataString(c)));
        (await DockerEngine.PostAsync($"/commit?container={id}&repo={name}&{changes}", new { Env = (string[])["C=d"], Labels = new { z = "w" } })).With(201);
        Forget(name + ":latest");
        var config = (await DockerEngine.GetAsync($"/images/{name}/json")).With(200).Json.At("Config");
        config.Texts("Env").ShouldInclude(["A=b", "C=d"]);
        config.Texts("Cmd").ShouldBe(["hello"]);
        config.Text("Labels", "x").ShouldBe("y");
        config.Text("Labels", "z").ShouldBe("w");
        config.Keys("ExposedPorts").ShouldBe(["81/tcp"]);
        config.Keys("Volumes").ShouldBe(["/data"]);
        config.Text("WorkingDir").ShouldBe("/tmp");
        config.Text("User").ShouldBe("5");
    }

    [Fact]
    public async Task Takes_a_health_check_and_triggers()
    {
        var id = await CreateAsync("true");
        var name = NewName();
        var changes = string.Join('&', new[]
            {
                "HEALTHCHECK --interval=1m30s --timeout=1.5s --retries=4 CMD test -f /tmp/well || exit 1", "ONBUILD RUN echo  $HOME", "onbuild COPY . /",
                "ENTRYPOINT [\"/init\"]",
            }.Select(c => "changes=" + Uri.EscapeDataString(c)));
        (await DockerEngine.PostAsync($"/commit?container={id}&repo={name}&{changes}")).With(201);
        Forget(name + ":latest");
        var config = (await DockerEngine.GetAsync($"/images/{name}/json")).With(200).Json.At("Config");
        config.Texts("Healthcheck", "Test").ShouldBe(["CMD-SHELL", "test -f /tmp/well || exit 1"]);
        config.At("Healthcheck", "Interval").GetInt64().ShouldBe(90_000_000_000);
        config.At("Healthcheck", "Timeout").GetInt64().ShouldBe(1_500_000_000);
        config.Number("Healthcheck", "Retries").ShouldBe(4);
        config.Texts("OnBuild").ShouldBe(["RUN echo  $HOME", "COPY . /"]);
        config.Texts("Entrypoint").ShouldBe(["/init"]);
        // Triggers are for builds: neither a container nor what is made of it has them.
        var child = await CreateAsync(new { Image = name });
        (await InspectAsync(child)).At("Config", "OnBuild").ValueKind.ShouldBe(JsonValueKind.Null);
        (await InspectAsync(child)).Texts("Config", "Healthcheck", "Test").ShouldBe(["CMD-SHELL", "test -f /tmp/well || exit 1"]);
        var next = NewName();
        (await DockerEngine.PostAsync($"/commit?container={child}&repo={next}&changes=" + Uri.EscapeDataString("HEALTHCHECK NONE"))).With(201);
        Forget(next + ":latest");
        config = (await DockerEngine.GetAsync($"/images/{next}/json")).With(200).Json.At("Config");
        config.At("OnBuild").ValueKind.ShouldBe(JsonValueKind.Null);
        config.Texts("Healthcheck", "Test").ShouldBe(["NONE"]);
    }

    [Fact]
    public async Task Takes_triggers_that_the_container_was_given()
    {
        var id = await CreateAsync(new { DockerEngine.Image, OnBuild = (string[])["RUN make"] });
        (await InspectAsync(id)).Texts("Config", "OnBuild").ShouldBe(["RUN make"]);
        var (kept, own) = (NewName(), NewName());
        (await DockerEngine.PostAsync($"/commit?container={id}&repo={kept}")).With(201);
        Forget(kept + ":latest");
        (await DockerEngine.GetAsync($"/images/{kept}/json")).With(200).Json.Texts("Config", "OnBuild").ShouldBe(["RUN make"]);
        (await DockerEngine.PostAsync($"/commit?container={id}&repo={own}", new { OnBuild = (string[])["RUN test"] })).With(201);
        Forget(own + ":latest");
        (await DockerEngine.GetAsync($"/images/{own}/json")).With(200).Json.Texts("Config", "OnBuild").ShouldBe(["RUN test"]);
    }

    [Theory]
    [InlineData("HEALTHCHECK CMD", "Missing command after HEALTHCHECK CMD")]
    [InlineData("HEALTHCHECK NONE true", "HEALTHCHECK NONE takes no arguments")]
    [InlineData("HEALTHCHECK TEST true", "Unknown type \"TEST\" in HEALTHCHECK (try CMD)")]
    [InlineData("HEALTHCHECK --often=1 CMD true", "Unknown flag: ")]
    [InlineData("HEALTHCHECK --interval=5us CMD true", "cannot be less than 1ms")]
    [InlineData("HEALTHCHECK --retries=-1 CMD true", "--retries ")]
    [InlineData("ONBUILD ONBUILD RUN true", "Chaining ONBUILD via `ONBUILD ONBUILD` isn't allowed")]
    [InlineData("ONBUILD FROM x", "FROM isn't allowed as an ONBUILD trigger")]
    public async Task Refuses_a_check_or_a_trigger_that_is_none(string change, string words)
    {
        var id = await CreateAsync("true");
        (await DockerEngine.PostAsync($"/commit?container={id}&changes=" + Uri.EscapeDataString(change))).RefusesWith(400, words);
    }

    [Fact]
    public async Task Without_a_name_makes_an_image_without_one()
    {
        var id = await CreateAsync("true");
        var image = (await DockerEngine.PostAsync($"/commit?container={id}")).With(201).Json.Text("Id");
        Forget(image);
        (await DockerEngine.GetAsync($"/images/{image}/json")).With(200).Json.Texts("RepoTags").ShouldBeEmpty();
    }

    [Fact]
    public async Task Leaves_a_running_container_running()
    {
        var id = await RunPoliteAsync();
        var image = (await DockerEngine.PostAsync($"/commit?container={id}")).With(201).Json.Text("Id");
        Forget(image);
        (await StateAsync(id)).Text("Status").ShouldBe("running");
    }

    [Fact]
    public async Task Refuses_instructions_that_are_none()
    {
        var id = await CreateAsync("true");
        (await DockerEngine.PostAsync($"/commit?container={id}&changes=RUN%20true")).RefusesWith(400, "RUN is not a valid change command");
    }

    [Fact]
    public async Task Refuses_a_name_that_is_none()
    {
        var id = await CreateAsync("true");
        (await DockerEngine.PostAsync($"/commit?container={id}&repo=UPPER")).Refuses(
            DockerEngine.BadInput, DockerEngine.IsDockerd
                ? "invalid reference format: repository name must be lowercase"
                : "invalid reference format: repository name (UPPER) must be lowercase");
    }

    [Fact]
    public async Task Refuses_one_that_is_not_there() =>
        (await DockerEngine.PostAsync("/commit?container=nosuch&repo=x")).Refuses(404, "No such container: nosuch");
}
