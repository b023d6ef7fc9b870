namespace Shiplog.Conformance.Tests.Containers;

/// <summary>HostConfig.RestartPolicy</summary>
public sealed class RestartingByPolicy : Conversation
{
    [Fact]
    public async Task On_failure_tries_so_many_times()
    {
        var id = await RunAsync(Body(["sh", "-c", "echo try; exit 3"], "on-failure", 2));
        await EventuallyAsync(async () => await InspectAsync(id) is var c && c.Number("RestartCount") == 2 && c.Text("State", "Status") == "exited");
        (await StateAsync(id)).Number("ExitCode").ShouldBe(3);
        Frame.Of(Frame.Read((await DockerEngine.GetAsync($"/containers/{id}/logs?stdout=1")).Body), 1).ShouldBe("try\ntry\ntry\n");
    }

    [Fact]
    public async Task On_failure_leaves_a_success_alone()
    {
        var id = await RunAsync(Body(["true"], "on-failure", 0));
        (await EndedAsync(id)).ShouldBe(0);
        (await InspectAsync(id)).Number("RestartCount").ShouldBe(0);
    }

    [Theory]
    [InlineData("always")]
    [InlineData("unless-stopped")]
    public async Task Always_goes_on_until_it_is_stopped(string policy)
    {
        var id = await RunAsync(Body(["sh", "-c", "sleep 0.2"], policy, 0));
        await EventuallyAsync(async () => (await InspectAsync(id)).Number("RestartCount") >= 2);
        (await DockerEngine.PostAsync($"/containers/{id}/stop?t=1")).Status.ShouldBeOneOf(204, 304);
        await EventuallyAsync(async () => (await StateAsync(id)).Text("Status") == "exited");
        var count = (await InspectAsync(id)).Number("RestartCount");
        await Task.Delay(TimeSpan.FromSeconds(2), Cancellation); // time enough for the try that must not come
        (await InspectAsync(id)).Number("RestartCount").ShouldBe(count);
    }

    [Theory]
    [InlineData("sometimes", 0, "invalid restart policy 'sometimes'")]
    [InlineData("always", 3, "maximum retry count cannot be used with restart policy 'always'")]
    [InlineData("on-failure", -1, "maximum retry count cannot be negative")]
    public async Task Refuses_what_is_no_policy(string policy, int count, string message) =>
        (await DockerEngine.PostAsync("/containers/create", Body(["true"], policy, count))).RefusesWith(
            400, DockerEngine.IsDockerd ? message : "invalid restart policy: ");

    [Fact]
    public async Task Cannot_be_had_with_removal_of_itself() => (await DockerEngine.PostAsync("/containers/create", new
    {
        DockerEngine.Image,
        HostConfig = new { AutoRemove = true, RestartPolicy = new { Name = "always" } },
    })).RefusesWith(400, "can't create 'AutoRemove' container with restart policy");

    private static object Body(string[] cmd, string policy, int count) => new
    {
        DockerEngine.Image,
        Cmd = cmd,
        HostConfig = new { RestartPolicy = new { Name = policy, MaximumRetryCount = count } },
    };
}
