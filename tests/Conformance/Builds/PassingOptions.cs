using static Shiplog.Conformance.Tests.Builds.ContextEntry;

namespace Shiplog.Conformance.Tests.Builds;

/// <summary>POST /build: options of the request.</summary>
public sealed class PassingOptions : BuildConversation
{
    [Fact]
    public async Task Arguments_that_nobody_asks_for_are_told()
    {
        var output = (await BuildAsync("FROM busybox\nARG used=0\nLABEL used=$used\n", query: Query("buildargs", new { used = "1", odd = "2", also = "3", HTTP_PROXY = "x" })))
            .Succeeded();
        output.Said[^2].ShouldBeOneOf(
            "[Warning] One or more build-args [also odd] were not consumed",
            // dockerd 20.10 tells them in no order.
            DockerEngine.IsDockerd ? "[Warning] One or more build-args [odd also] were not consumed" : "");
        (await ImageAsync(output.Image)).Text("Config", "Labels", "used").ShouldBe("1");
    }

    [Fact]
    public async Task Arguments_before_the_first_stage_choose_the_image()
    {
        var output = await BuildAsync("ARG image=nosuch\nFROM ${image}\nLABEL a=b\n", query: Query("buildargs", new { image = "busybox" }));
        output.Succeeded();
        output.Said[..2].ShouldBe(["Step 1/3 : ARG image=nosuch", "Step 2/3 : FROM ${image}"]);
    }

    [Fact]
    public async Task Arguments_are_told_in_the_history_of_commands_alone()
    {
        var image = (await BuildAsync("FROM busybox\nARG b\nARG a=1\nRUN touch $a$b\n", query: Query("buildargs", new { b = "2", HTTP_PROXY = "secret" }))).Image;
        var history = (await HistoryAsync(image)).Select(h => h.Text("CreatedBy")).ToArray();
        history[..3].ShouldBe(["|2 a=1 b=2 /bin/sh -c touch $a$b", "/bin/sh -c #(nop)  ARG a=1", "/bin/sh -c #(nop)  ARG b"]);
    }

    [Fact]
    public async Task Labels_are_a_step_each()
    {
        var output = (await BuildAsync("FROM busybox\n", query: Query("labels", new { b = "two words", a = "1" }))).Succeeded();
        output.Said.Where(l => l.StartsWith("Step", StringComparison.Ordinal)).ShouldBe(["Step 1/3 : FROM busybox", "Step 2/3 : LABEL a=1", "Step 3/3 : LABEL b=two words"]);
    }

    [Fact]
    public async Task A_target_that_is_none_is_refused() => (await PostAsync("FROM busybox AS one\n", query: "target=two")).RefusesWith(
        400, DockerEngine.IsDockerd ? "failed to reach build target two in Dockerfile" : "target stage \"two\" could not be found");

    [Fact]
    public async Task Hosts_are_known_while_it_is_built()
    {
        var output = (await BuildAsync("FROM busybox\nRUN grep -w far /etc/hosts\n", query: "extrahosts=far:1.2.3.4&extrahosts=near:5.6.7.8")).Succeeded();
        output.Text.ShouldContain("1.2.3.4\tfar");
    }

    [Fact]
    public async Task Commands_run_in_the_network_that_is_asked_for()
    {
        (await BuildAsync("FROM busybox\nRUN ls /sys/class/net | xargs echo devices:\n", query: "networkmode=none")).Succeeded().Text.ShouldContain("devices: lo\n");
        (await BuildAsync("FROM busybox\nRUN ls /sys/class/net | xargs echo named:\n", query: "networkmode=default")).Succeeded().Text.ShouldContain("eth0");
        (await BuildAsync("FROM busybox\nRUN true\n", query: "networkmode=nosuch")).FailedWith("network nosuch not found");
    }

    [Fact]
    public async Task Limits_are_in_force_while_it_is_built()
    {
        const string Dockerfile = "FROM busybox\n" +
            "RUN cat /sys/fs/cgroup/memory.max /sys/fs/cgroup/memory/memory.limit_in_bytes 2>/dev/null; ulimit -n; df -k /dev/shm | tail -n 1\n";
        var output = await BuildAsync(
            Dockerfile, query: $"memory=67108864&memswap=-1&shmsize=8388608&{Query("ulimits", new[] { new { Name = "nofile", Soft = 77, Hard = 78 } })}");
        output.Succeeded();
        output.Said.ShouldContain("67108864");
        output.Said.ShouldContain("77");
        output.Text.ShouldMatch(@"shm\s+8192");
    }

    [Theory]
    [InlineData("buildargs=nonsense", "build args")]
    [InlineData("labels=nonsense", "labels")]
    [InlineData("ulimits=nonsense", "ulimit")]
    [InlineData("cachefrom=nonsense", "cache-from")]
    [InlineData("version=9", "invalid version")]
    [InlineData("isolation=hyperv", "isolation")]
    [InlineData("shmsize=big", "")]
    public async Task Refuses_what_makes_no_sense(string query, string words)
    {
        var answer = await PostAsync("FROM busybox\n", query: query);
        // dockerd names the option in some of them only.
        if (DockerEngine.IsDockerd)
            answer.Status.ShouldBeOneOf(400, 500);
        else
            answer.RefusesWith(400, words);
    }
}
