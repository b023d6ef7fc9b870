using System.Globalization;

namespace Shiplog.Conformance.Tests.Containers;

/// <summary>POST /containers/{id}/start</summary>
public sealed class Starting : Conversation
{
    [Fact]
    public async Task Runs_the_program()
    {
        var state = await StateAsync(await RunAsync("sleep", "1000"));
        state.Text("Status").ShouldBe("running");
        state.Is("Running").ShouldBeTrue();
        state.Number("Pid").ShouldBeGreaterThan(1);
        state.Text("FinishedAt").ShouldBe("0001-01-01T00:00:00Z");
        DateTimeOffset.Parse(state.Text("StartedAt"), CultureInfo.InvariantCulture)
            .ShouldBe(DateTimeOffset.UtcNow, TimeSpan.FromMinutes(1));
    }

    [Theory]
    [InlineData("/conformance/{0}", "/conformance/{0}")]
    [InlineData("conformance/{0}", "/conformance/{0}")]
    [InlineData("/../conformance/../conformance/{0}", "/conformance/{0}")]
    public async Task Runs_in_the_control_group_that_it_is_given(string parent, string below)
    {
        var name = NewName();
        (parent, below) = (string.Format(CultureInfo.InvariantCulture, parent, name), string.Format(CultureInfo.InvariantCulture, below, name));
        var id = await RunAsync(new { DockerEngine.Image, Cmd = (string[])["sleep", "1000"], HostConfig = new { CgroupParent = parent, Memory = 32 << 20 } });
        try
        {
            var shown = await InspectAsync(id);
            shown.At("HostConfig").Text("CgroupParent").ShouldBe(parent);
            (await File.ReadAllLinesAsync($"/proc/{shown.At("State").Number("Pid")}/cgroup", Cancellation)).ShouldContain(l => l.EndsWith($":{below}/{id}", StringComparison.Ordinal));
            (await DockerEngine.GetAsync($"/containers/{id}/stats?stream=0&one-shot=1")).With(200).Json.Number("memory_stats", "limit").ShouldBe(32 << 20);
            (await DockerEngine.PostAsync($"/containers/{id}/update", new { PidsLimit = 30 })).With(200);
            (await DockerEngine.DeleteAsync($"/containers/{id}?force=1")).With(204);
            Groups(below).ShouldNotContain(g => Directory.Exists($"{g}/{id}"));
        }
        finally
        {
            // What is left is the parent, which belongs to whoever named it.
            foreach (var group in Groups(below).Concat(Groups("/conformance")))
                Directory.Delete(group);
        }

        static IEnumerable<string> Groups(string path) =>
            Directory.EnumerateDirectories("/sys/fs/cgroup").Prepend("/sys/fs/cgroup").Select(h => h + path).Where(Directory.Exists);
    }

    [Fact]
    public async Task Again_is_no_change()
    {
        var id = await RunAsync("sleep", "1000");
        (await DockerEngine.PostAsync($"/containers/{id}/start")).With(304).Body.ShouldBeEmpty();
    }

    [Fact]
    public async Task After_its_end_runs_it_once_more()
    {
        var id = await RunToEndAsync("sh", "-c", "echo run");
        (await DockerEngine.PostAsync($"/containers/{id}/start")).With(204);
        (await EndedAsync(id)).ShouldBe(0);
        Frame.Of(Frame.Read((await DockerEngine.GetAsync($"/containers/{id}/logs?stdout=1")).Body), 1).ShouldBe("run\nrun\n");
    }

    [Fact]
    public async Task Refuses_a_paused_one()
    {
        var id = await RunAsync("sleep", "1000");
        (await DockerEngine.PostAsync($"/containers/{id}/pause")).With(204);
        (await DockerEngine.PostAsync($"/containers/{id}/start")).Refuses(409, "cannot start a paused container, try unpause instead");
    }

    [Fact]
    public async Task Refuses_one_that_is_not_there() =>
        (await DockerEngine.PostAsync("/containers/nosuch/start")).Refuses(404, "No such container: nosuch");

    // The docker CLI reads the exit codes 127 and 126 of its own off these words.
    [Theory]
    [InlineData("nosuch", "executable file not found", 127)]
    [InlineData("/nosuch", "no such file or directory", 127)]
    [InlineData("/etc", "permission denied", 126)]
    public async Task Of_a_program_that_cannot_be_run_is_refused_with_the_reason(string program, string words, int exitCode)
    {
        var id = await CreateAsync(program);
        (await DockerEngine.PostAsync($"/containers/{id}/start")).RefusesWith(400, words);
        var state = await StateAsync(id);
        state.Text("Status").ShouldBe("created");
        state.Number("ExitCode").ShouldBe(exitCode);
        state.Text("Error").ShouldContain(words);
        state.Number("Pid").ShouldBe(0);
    }
}
