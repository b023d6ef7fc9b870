namespace Shiplog.Conformance.Tests.Containers;

/// <summary>POST /containers/{id}/exec, POST /exec/{id}/start and resize, GET /exec/{id}/json</summary>
public sealed class Executing : Conversation
{
    [Fact]
    public async Task Runs_another_program_and_keeps_its_streams_apart()
    {
        var id = await RunAsync("sleep", "1000");
        var exec = await MakeAsync(id, new { Cmd = (string[])["sh", "-c", "echo out; echo err >&2; exit 3"], AttachStdout = true, AttachStderr = true });
        using var client = await Hijacked.PostAsync($"/exec/{exec}/start", body: """{"Detach":false,"Tty":false}""");
        client.Head.ShouldStartWith("HTTP/1.1 101 UPGRADED\r\nContent-Type: application/vnd.docker.raw-stream\r\n");
        var frames = await client.FramesToEndAsync();
        Frame.Of(frames, 1).ShouldBe("out\n");
        Frame.Of(frames, 2).ShouldBe("err\n");
        await EventuallyAsync(async () => !(await InspectExecAsync(exec)).Is("Running"));
        var inspect = await InspectExecAsync(exec);
        inspect.Number("ExitCode").ShouldBe(3);
        inspect.Text("ID").ShouldBe(exec);
        inspect.Text("ContainerID").ShouldBe(id);
        inspect.Text("ProcessConfig", "entrypoint").ShouldBe("sh");
        inspect.Texts("ProcessConfig", "arguments").ShouldBe(["-c", "echo out; echo err >&2; exit 3"]);
        inspect.Is("ProcessConfig", "tty").ShouldBeFalse();
        inspect.Keys().ShouldInclude(
            ["ID", "Running", "ExitCode", "ProcessConfig", "OpenStdin", "OpenStderr", "OpenStdout", "CanRemove", "ContainerID", "DetachKeys", "Pid"]);
    }

    [Fact]
    public async Task As_another_user_with_an_environment_and_a_directory_of_its_own()
    {
        var id = await RunAsync("sleep", "1000");
        (await SayAsync(id, new { Cmd = (string[])["sh", "-c", "id -u; pwd; echo $A"], AttachStdout = true, User = "nobody", WorkingDir = "/tmp", Env = (string[])["A=b"] }))
            .ShouldBe("65534\n/tmp\nb\n");
    }

    [Fact]
    public async Task Passes_input_on_and_its_end()
    {
        var id = await RunAsync("sleep", "1000");
        var exec = await MakeAsync(id, new { Cmd = (string[])["wc", "-c"], AttachStdin = true, AttachStdout = true });
        using var client = await Hijacked.PostAsync($"/exec/{exec}/start", body: """{"Detach":false,"Tty":false}""");
        await client.SendAsync(new string('x', 50_000));
        client.EndInput();
        Frame.Of(await client.FramesToEndAsync(), 1).Trim().ShouldBe("50000");
    }

    [Fact]
    public async Task With_a_terminal_is_raw_and_can_be_resized()
    {
        var id = await RunAsync("sleep", "1000");
        var exec = await MakeAsync(id, new { Cmd = (string[])["sh", "-c", "echo ready; read a; stty size"], AttachStdin = true, AttachStdout = true, Tty = true });
        using var client = await Hijacked.PostAsync($"/exec/{exec}/start", body: """{"Detach":false,"Tty":true}""");
        await client.ReadUntilAsync("ready\r\n");
        (await DockerEngine.PostAsync($"/exec/{exec}/resize?h=33&w=77")).Status.ShouldBeOneOf(200, 201);
        await client.SendAsync("\n");
        await client.ReadUntilAsync("33 77\r\n");
    }

    [Fact]
    public async Task Detached_goes_on_by_itself()
    {
        var id = await RunAsync("sleep", "1000");
        var exec = await MakeAsync(id, new { Cmd = (string[])["sh", "-c", "exit 4"] });
        (await DockerEngine.PostJsonAsync($"/exec/{exec}/start", """{"Detach":true}""")).With(200);
        await EventuallyAsync(async () => (await InspectExecAsync(exec)) is var e && !e.Is("Running") && e.At("ExitCode") is { ValueKind: JsonValueKind.Number } code && code.GetInt32() == 4);
    }

    [Fact]
    public async Task Is_shown_by_its_container_while_it_runs()
    {
        var id = await RunAsync("sleep", "1000");
        var exec = await MakeAsync(id, new { Cmd = (string[])["sleep", "1000"] });
        (await DockerEngine.PostJsonAsync($"/exec/{exec}/start", """{"Detach":true}""")).With(200);
        (await InspectAsync(id)).Texts("ExecIDs").ShouldBe([exec]);
        (await InspectExecAsync(exec)).Is("Running").ShouldBeTrue();
    }

    [Fact]
    public async Task Of_a_program_that_cannot_be_run_says_so()
    {
        var id = await RunAsync("sleep", "1000");
        var exec = await MakeAsync(id, new { Cmd = (string[])["nosuch"], AttachStdout = true, AttachStderr = true });
        using var client = await Hijacked.PostAsync($"/exec/{exec}/start", body: """{"Detach":false,"Tty":false}""");
        System.Text.Encoding.UTF8.GetString(await client.ReadToEndAsync()).ShouldContain("executable file not found");
        await EventuallyAsync(async () => (await InspectExecAsync(exec)).At("ExitCode") is { ValueKind: JsonValueKind.Number } code && code.GetInt32() is 126 or 127);
    }

    [Fact]
    public async Task Needs_a_program()
    {
        var id = await RunAsync("sleep", "1000");
        (await DockerEngine.PostAsync($"/containers/{id}/exec", new { Cmd = (string[])[] })).RefusesWith(400, "No exec command specified");
    }

    [Fact]
    public async Task Refuses_what_does_not_run()
    {
        var id = await CreateAsync("true");
        (await DockerEngine.PostAsync($"/containers/{id}/exec", new { Cmd = (string[])["true"] })).Refuses(409, $"Container {id} is not running");
    }

    [Fact]
    public async Task Refuses_a_paused_one()
    {
        var id = await RunAsync("sleep", "1000");
        (await DockerEngine.PostAsync($"/containers/{id}/pause")).With(204);
        (await DockerEngine.PostAsync($"/containers/{id}/exec", new { Cmd = (string[])["true"] })).Refuses(
            409, $"Container {id} is paused, unpause the container before exec");
    }

    [Fact]
    public async Task Refuses_what_is_not_there()
    {
        (await DockerEngine.PostAsync("/containers/nosuch/exec", new { Cmd = (string[])["true"] })).Refuses(404, "No such container: nosuch");
        (await DockerEngine.GetAsync("/exec/nosuch/json")).Refuses(404, "No such exec instance: nosuch");
        (await DockerEngine.PostJsonAsync("/exec/nosuch/start", """{"Detach":true}""")).With(404);
    }

    private static async Task<string> MakeAsync(string id, object body) =>
        (await DockerEngine.PostAsync($"/containers/{id}/exec", body)).With(201).Json.Text("Id");

    private static async Task<string> SayAsync(string id, object body)
    {
        using var client = await Hijacked.PostAsync($"/exec/{await MakeAsync(id, body)}/start", body: """{"Detach":false,"Tty":false}""");
        return Frame.Of(await client.FramesToEndAsync(), 1);
    }

    private static async Task<JsonElement> InspectExecAsync(string exec) => (await DockerEngine.GetAsync($"/exec/{exec}/json")).With(200).Json;
}
