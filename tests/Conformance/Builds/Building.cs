using static Shiplog.Conformance.Tests.Builds.ContextEntry;

namespace Shiplog.Conformance.Tests.Builds;

/// <summary>POST /build: what is said, and what is left when it has ended.</summary>
public sealed class Building : BuildConversation
{
    [Fact]
    public async Task Tells_of_each_step()
    {
        var name = NewName();
        var output = await BuildAsync("FROM busybox\n# nobody counts this\nENV a=b   c=d\nrun  echo hello \\\n  again\n", query: $"t={name}");
        output.Succeeded();
        var (steps, containers) = (output.Steps, output.Containers);
        // dockerd has a container for what only sets something, too.
        containers.Length.ShouldBe(DockerEngine.IsDockerd ? 2 : 1);
        string[] setting = DockerEngine.IsDockerd ? [$" ---> Running in {containers[0]}", Removed(containers[0])] : [];
        output.Said.ShouldBe(
        [
            "Step 1/3 : FROM busybox", $" ---> {steps[0]}",
            "Step 2/3 : ENV a=b   c=d", .. setting, $" ---> {steps[1]}",
            "Step 3/3 : run  echo hello   again", $" ---> Running in {containers[^1]}", "hello again", Removed(containers[^1]), $" ---> {steps[2]}",
            $"Successfully built {steps[2]}", $"Successfully tagged {name}:latest",
        ]);
        output.Images.Length.ShouldBe(1);
        output.Image.ShouldStartWith("sha256:" + steps[2]);
        (await IdAsync(name)).ShouldBe(output.Image);
        foreach (var container in containers)
            (await DockerEngine.GetAsync($"/containers/{container}/json")).With(404);
    }

    [Fact]
    public async Task Tells_the_images_of_all_stages()
    {
        var output = (await BuildAsync("FROM busybox AS a\nLABEL x=1\nFROM a\nLABEL x=2\n")).Succeeded();
        output.Images.Length.ShouldBe(2);
        (await ImageAsync(output.Images[0])).Text("Config", "Labels", "x").ShouldBe("1");
        (await ImageAsync(output.Images[1])).Text("Config", "Labels", "x").ShouldBe("2");
        output.Said.Where(l => l.StartsWith("Step", StringComparison.Ordinal)).ShouldBe(
            ["Step 1/4 : FROM busybox AS a", "Step 2/4 : LABEL x=1", "Step 3/4 : FROM a", "Step 4/4 : LABEL x=2"]);
    }

    [Fact]
    public async Task Shows_what_commands_say_as_it_comes()
    {
        var output = (await BuildAsync("FROM busybox\nRUN printf 'one\\ntwo' && echo three >&2\n")).Succeeded();
        output.Text.ShouldContain("one\ntwo");
        // Standard error is red.
        output.Text.ShouldContain("\u001b[91mthree\n\u001b[0m");
    }

    [Fact]
    public async Task In_quiet_says_the_id_alone()
    {
        var output = await BuildAsync("FROM busybox\nRUN echo hello\n", query: "q=1");
        output.Said.Length.ShouldBe(1);
        output.Said[0].ShouldMatch("^sha256:[0-9a-f]{64}$");
        Forget(output.Said[0]);
        (await IdAsync(output.Said[0])).ShouldBe(output.Said[0]);
    }

    [Fact]
    public async Task In_quiet_says_all_when_it_fails()
    {
        var output = await BuildAsync("FROM busybox\nRUN echo hello && false\n", query: "q=1");
        output.Text.ShouldContain("hello");
        output.FailedWith("The command '/bin/sh -c echo hello && false' returned a non-zero code: 1");
    }

    [Fact]
    public async Task Gives_each_name_that_was_asked_for()
    {
        var (one, two) = (NewName(), NewName());
        var output = (await BuildAsync("FROM busybox\nLABEL a=b\n", query: $"t={one}&t={two}:v2&t={one}:latest&t=")).Succeeded();
        output.Said[^3..].ShouldBe([$"Successfully built {output.Steps[^1]}", $"Successfully tagged {one}:latest", $"Successfully tagged {two}:v2"]);
        (await ImageAsync(output.Image)).Texts("RepoTags").ShouldBe([one + ":latest", two + ":v2"], ignoreOrder: true);
    }

    [Fact]
    public async Task Takes_a_name_from_what_had_it()
    {
        var name = NewName();
        var first = (await BuildAsync("FROM busybox\nLABEL a=1\n", query: $"t={name}")).Image;
        var second = (await BuildAsync("FROM busybox\nLABEL a=2\n", query: $"t={name}")).Image;
        (await ImageAsync(name)).Text("Id").ShouldBe(second);
        (await ImageAsync(first)).Texts("RepoTags").ShouldBeEmpty();
    }

    [Theory]
    [InlineData("UPPER", "must be lowercase")]
    [InlineData("a:b:c", "invalid reference format")]
    [InlineData("busybox@sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef", "build tag cannot contain a digest")]
    public async Task Refuses_a_name_that_is_none(string name, string words) =>
        (await PostAsync("FROM busybox\n", query: Query("t", name))).RefusesWith(DockerEngine.BadInput, words);

    [Fact]
    public async Task A_command_that_fails_ends_it()
    {
        var output = await BuildAsync("FROM busybox\nRUN echo before; exit 3\nRUN echo never\n");
        output.FailedWith("The command '/bin/sh -c echo before; exit 3' returned a non-zero code: 3");
        output.Failure!.Value.Number("errorDetail", "code").ShouldBe(3);
        output.Text.ShouldContain("before");
        output.Text.ShouldNotContain("Step 3/3");
        output.Images.ShouldBeEmpty();
    }

    [Fact]
    public async Task A_command_that_is_not_there_ends_it()
    {
        var output = await BuildAsync("FROM busybox\nRUN [\"/nosuch\", \"x\"]\n");
        output.FailedWith("/nosuch");
        var container = output.Containers.Single();
        (await DockerEngine.GetAsync($"/containers/{container}/json")).With(200).Json.Text("State", "Status").ShouldBe("created");
    }

    [Theory]
    [InlineData("", true)]
    [InlineData("rm=1", true)]
    [InlineData("rm=0", true)]
    [InlineData("forcerm=1", false)]
    [InlineData("forcerm=1&rm=0", false)]
    public async Task A_container_is_left_of_a_step_that_fails_unless_it_is_forced(string query, bool left)
    {
        var output = await BuildAsync("FROM busybox\nRUN exit 5\n", query: query);
        output.FailedWith("returned a non-zero code: 5");
        var container = await DockerEngine.GetAsync($"/containers/{output.Containers.Single()}/json");
        container.Status.ShouldBe(left ? 200 : 404);
        if (left)
            container.Json.Number("State", "ExitCode").ShouldBe(5);
    }

    [Fact]
    public async Task Containers_are_left_of_all_steps_on_request()
    {
        var output = (await BuildAsync("FROM busybox\nRUN echo left > /file\n", query: "rm=0")).Succeeded();
        var container = (await DockerEngine.GetAsync($"/containers/{output.Containers.Single()}/json")).With(200).Json;
        container.Texts("Config", "Cmd").ShouldBe(["/bin/sh", "-c", "echo left > /file"]);
        output.Text.ShouldNotContain("intermediate container");
    }

    [Fact]
    public async Task An_image_tells_its_steps()
    {
        var image = (await BuildAsync(
            "FROM busybox\nMAINTAINER Ann <a@b>\nENV a=b\nCOPY f /f\nRUN echo hi > /hi\nWORKDIR /tmp\nEXPOSE 80\nCMD [\"x\", \"y\"]\n", [File("f", "F")])).Image;
        var history = await HistoryAsync(image);
        string[] wanted =
        [
            "^/bin/sh -c #\\(nop\\)  CMD \\[\"x\" \"y\"\\]$", "^/bin/sh -c #\\(nop\\)  EXPOSE 80$", "^/bin/sh -c #\\(nop\\) WORKDIR /tmp$", "^/bin/sh -c echo hi > /hi$",
            "^/bin/sh -c #\\(nop\\) COPY file:[0-9a-f]{64} in /f $", "^/bin/sh -c #\\(nop\\)  ENV a=b$", "^/bin/sh -c #\\(nop\\)  MAINTAINER Ann <a@b>$",
            "^busybox-static of Debian$",
        ];
        history.Length.ShouldBe(wanted.Length);
        foreach (var (entry, pattern) in history.Zip(wanted))
            entry.Text("CreatedBy").ShouldMatch(pattern);
        history.Select(h => h.At("Size").GetInt64() > 0).ShouldBe([false, false, false, true, true, false, false, true]);
        history[0].Text("Id").ShouldBe(image);
        (await ImageAsync(image)).Text("Author").ShouldBe("Ann <a@b>");
    }

    [Fact]
    public async Task Each_step_is_an_image_whose_parent_is_the_one_before()
    {
        var output = (await BuildAsync("FROM busybox\nENV a=b\nRUN touch /f\nUSER 5\n")).Succeeded();
        var id = output.Image;
        foreach (var step in Enumerable.Reverse(output.Steps))
        {
            id.ShouldStartWith("sha256:" + step);
            id = (await ImageAsync(id)).Text("Parent");
        }
        id.ShouldBe("");
        var first = await ImageAsync(output.Steps[1]);
        first.Texts("Config", "Env").ShouldContain("a=b");
        first.Text("Config", "User").ShouldBe("");
    }

    [Fact]
    public async Task Images_of_steps_are_hidden_and_go_with_the_last()
    {
        var name = NewName();
        var output = (await BuildAsync("FROM busybox\nENV a=b\nRUN touch /f\nUSER 6\n", query: $"t={name}")).Succeeded();
        var steps = output.Steps[1..^1];
        (await ListedAsync("")).ShouldNotContain(i => steps.Any(s => i.StartsWith("sha256:" + s, StringComparison.Ordinal)));
        (await ListedAsync("")).ShouldContain(output.Image);
        (await ListedAsync("all=1")).Count(i => steps.Any(s => i.StartsWith("sha256:" + s, StringComparison.Ordinal))).ShouldBe(2);
        (await DockerEngine.DeleteAsync($"/images/{name}")).With(200).Json.EnumerateArray().Count(d => d.TryGetProperty("Deleted", out _)).ShouldBeGreaterThanOrEqualTo(3);
        foreach (var step in steps)
            (await DockerEngine.GetAsync($"/images/{step}/json")).With(404);
    }

    [Fact]
    public async Task A_build_of_the_base_alone_names_the_base()
    {
        var name = NewName();
        var output = (await BuildAsync("FROM busybox\n", query: $"t={name}:x")).Succeeded();
        output.Image.ShouldBe(await IdAsync(DockerEngine.Image));
        (await DockerEngine.DeleteAsync($"/images/{name}:x")).With(200);
    }

    [Fact]
    public async Task A_new_name_is_an_event()
    {
        var began = DateTimeOffset.UtcNow.ToUnixTimeSeconds();
        var name = NewName();
        var image = (await BuildAsync("FROM busybox\nLABEL event=yes\n", query: $"t={name}&t={name}:two")).Image;
        var events = (await DockerEngine.GetAsync($"/events?since={began}&until={DateTimeOffset.UtcNow.ToUnixTimeSeconds() + 1}")).With(200).Lines
            .Where(e => e.Text("Type") == "image" && e.Text("Actor", "ID") == image && e.Text("Action") is "tag" or "untag" or "delete" or "commit").ToArray();
        events.Select(e => e.Text("Action")).ShouldBe(["tag", "tag"]);
        events.Select(e => e.Text("Actor", "Attributes", "name")).ShouldBe([name + ":latest", name + ":two"]);
    }

    [Fact]
    public async Task An_image_that_is_not_here_is_pulled()
    {
        var reference = $"{DockerEngine.Registry}/busybox:latest";
        (await DockerEngine.DeleteAsync($"/images/{reference}")).Status.ShouldBeOneOf(200, 404);
        Forget(reference);
        (await BuildAsync($"FROM {reference}\nLABEL a=pulled\n")).Succeeded();
        (await DockerEngine.GetAsync($"/images/{reference}/json")).With(200);
        (await BuildAsync($"FROM {reference}\nLABEL a=again\n", query: "pull=1")).Succeeded();
    }

    [Fact]
    public async Task An_image_that_is_nowhere_ends_it()
    {
        var output = await BuildAsync($"FROM {DockerEngine.Registry}/nosuch:v1\nLABEL a=b\n");
        output.Said[0].ShouldBe($"Step 1/2 : FROM {DockerEngine.Registry}/nosuch:v1");
        output.FailedWith($"manifest for {DockerEngine.Registry}/nosuch:v1 not found: manifest unknown");
    }

    [Fact]
    public async Task A_client_that_goes_away_ends_it()
    {
        var marker = NewName();
        var archive = Tar(File("Dockerfile", $"FROM busybox\nLABEL {marker}=1\nRUN sleep 1000\n"));
        using (var socket = await DockerEngine.ConnectAsync(Cancellation))
        {
            var head = $"POST {DockerEngine.Api}/build HTTP/1.1\r\nHost: docker\r\nContent-Type: application/x-tar\r\nContent-Length: {archive.Length}\r\n\r\n";
            await socket.SendAsync(System.Text.Encoding.ASCII.GetBytes(head), Cancellation);
            await socket.SendAsync(archive, Cancellation);
            await EventuallyAsync(async () => (await RunningAsync(marker)).Length == 1);
        }
        await EventuallyAsync(async () => (await RunningAsync(marker)).Length == 0);
        foreach (var image in (await DockerEngine.GetAsync($"/images/json?all=1&filters={LabelFilter(marker)}")).With(200).Json.EnumerateArray())
            Forget(image.Text("Id"));
    }

    [Fact]
    public async Task The_cache_of_another_builder_is_empty()
    {
        (await DockerEngine.PostAsync("/build/prune")).With(200).Json.At("SpaceReclaimed").GetInt64().ShouldBeGreaterThanOrEqualTo(0);
        (await DockerEngine.PostAsync("/build/cancel")).Refuses(DockerEngine.BadInput, "build ID not provided");
    }

    // Later dockerd says it with an arrow.
    private static string Removed(string container) =>
        DockerEngine.IsDockerd ? $"Removing intermediate container {container}" : $" ---> Removed intermediate container {container}";

    private static async Task<string[]> ListedAsync(string query) =>
        [.. (await DockerEngine.GetAsync("/images/json?" + query)).With(200).Json.EnumerateArray().Select(i => i.Text("Id"))];

    private static async Task<JsonElement[]> RunningAsync(string label) =>
        [.. (await DockerEngine.GetAsync($"/containers/json?filters={LabelFilter(label)}")).With(200).Json.EnumerateArray()];

    private static string LabelFilter(string label) =>
        Uri.EscapeDataString(JsonSerializer.Serialize(new Dictionary<string, string[]> { ["label"] = [label] }));
}
