using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Shiplog.Contracts.Orders;
using Shiplog.Domain.Containers;
using Shiplog.Server.Store;

namespace Shiplog.Server.Tests.DockerApi;

public sealed class ExecutingPrograms(DockerServer server) : IClassFixture<DockerServer>, IAsyncLifetime
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        server.Worker.Fails = _ => null;
        await server.PullBusyboxAsync();
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    [Fact]
    public async Task From_its_creation_to_its_exit_code()
    {
        var id = await StartedAsync("whole");
        var exec = await CreateAsync(id, """{"Cmd":["sh","-c","exit 3"],"AttachStdout":true,"Tty":false,"User":"7","Env":["TOKEN=s3cret"],"WorkingDir":"/tmp"}""");
        (await InspectAsync(exec)).GetProperty("Running").GetBoolean().ShouldBeFalse();
        (await InspectAsync(exec)).GetProperty("ExitCode").ValueKind.ShouldBe(JsonValueKind.Null);
        Attaches(id, exec, async socket =>
        {
            await WaitAsync(() => server.Worker.Programs.ContainsKey(exec));
            (await InspectAsync(exec)).GetProperty("Running").GetBoolean().ShouldBeTrue();
            (await ContainerAsync(id)).GetProperty("ExecIDs")[0].GetString().ShouldBe(exec);
            await socket.SendAsync("output"u8.ToArray());
            await server.Worker.ExitAsync(id, exec, 3);
        });
        (await StartAsync(exec, """{"Detach":false,"Tty":false}""")).ShouldBe(
            "HTTP/1.1 101 UPGRADED\r\nContent-Type: application/vnd.docker.multiplexed-stream\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n\r\noutput");
        var inspect = await InspectAsync(exec);
        inspect.GetProperty("Running").GetBoolean().ShouldBeFalse();
        inspect.GetProperty("ExitCode").GetInt32().ShouldBe(3);
        inspect.GetProperty("ContainerID").GetString().ShouldBe(id);
        inspect.GetProperty("Pid").GetInt32().ShouldBe(77);
        var config = inspect.GetProperty("ProcessConfig");
        config.GetProperty("entrypoint").GetString().ShouldBe("sh");
        config.GetProperty("arguments")[1].GetString().ShouldBe("exit 3");
        config.GetProperty("user").GetString().ShouldBe("7");
        (await ContainerAsync(id)).GetProperty("ExecIDs").ValueKind.ShouldBe(JsonValueKind.Null);
        var process = server.Worker.Programs[exec];
        (process.User, process.WorkingDirectory, process.Attached, process.OpenStdin).ShouldBe(("7", "/tmp", true, false));
        process.Env.ShouldBe(["TOKEN=s3cret"]);
    }

    [Fact]
    public async Task Values_of_variables_are_nowhere_in_the_log()
    {
        var id = await StartedAsync("secret");
        var exec = await CreateAsync(id, """{"Cmd":["true"],"Env":["TOKEN=very-s3cret-value"]}""");
        (await DetachedAsync(exec)).ShouldBe(HttpStatusCode.OK);
        (await server.PsqlAsync("select count(*) from mt_events where data::text like '%very-s3cret-value%'")).Trim().ShouldBe("0");
        (await server.PsqlAsync("select count(*) from mt_doc_container where data::text like '%very-s3cret-value%'")).Trim().ShouldBe("0");
        (await server.PsqlAsync($"select count(*) from mt_events where data ->> 'execId' = '{exec}' and data::text like '%TOKEN%'")).Trim().ShouldBe("1");
    }

    [Fact]
    public async Task Its_events_belong_to_the_requests_that_brought_them_about()
    {
        var id = await StartedAsync("told");
        var exec = await CreateAsync(id, """{"Cmd":["sh","-c","true"]}""");
        await DetachedAsync(exec);
        await server.Worker.ExitAsync(id, exec, 5);
        (await server.PsqlAsync($"select string_agg(type, ' ' order by seq_id) from mt_events where data ->> 'execId' = '{exec}'")).Trim()
            .ShouldBe("exec_created exec_start_requested exec_started exec_exited");
        (await server.PsqlAsync($"select count(distinct correlation_id) from mt_events where data ->> 'execId' = '{exec}' and type <> 'exec_created'")).Trim()
            .ShouldBe("1");
        var told = await server.Client.GetStringAsync($"events?since=0&until={DateTimeOffset.UtcNow.AddSeconds(1).ToUnixTimeSeconds()}&filters={{\"container\":[\"{id}\"],\"event\":[\"exec_create\",\"exec_start\",\"exec_die\"]}}", Cancellation);
        var events = told.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(l => JsonDocument.Parse(l).RootElement).ToList();
        events.Select(e => e.GetProperty("Action").GetString()).ShouldBe(["exec_create: sh -c true", "exec_start: sh -c true", "exec_die"]);
        events.ShouldAllBe(e => e.GetProperty("Actor").GetProperty("Attributes").GetProperty("execID").GetString() == exec);
        events[2].GetProperty("Actor").GetProperty("Attributes").GetProperty("exitCode").GetString().ShouldBe("5");
    }

    [Fact]
    public async Task One_that_ends_at_once_ends_by_itself_all_the_same()
    {
        var id = await StartedAsync("at-once");
        var exec = await CreateAsync(id, """{"Cmd":["false"]}""");
        (await DetachedAsync(exec)).ShouldBe(HttpStatusCode.OK);
        (await InspectAsync(exec)).GetProperty("ExitCode").GetInt32().ShouldBe(1);
        (await server.PsqlAsync(
            $"select string_agg(user_name || ' ' || (headers ->> 'cause'), ', ' order by seq_id) from mt_events where data ->> 'execId' = '{exec}' and type in ('exec_started', 'exec_exited')"))
            .Trim().ShouldMatch("^unix:.* request, system process-exit$");
    }

    [Fact]
    public async Task One_that_cannot_be_run_says_so_as_its_output()
    {
        var id = await StartedAsync("unrunnable");
        var exec = await CreateAsync(id, """{"Cmd":["nosuch"],"AttachStdout":true}""");
        server.Worker.Fails = order => order is Contracts.Orders.StartExec ? new OrderFailure("StartExec", FailureKind.Invalid, "not found", 127) : null;
        Attaches(id, exec, async socket => await socket.ReceiveAsync(new byte[1]));
        (await StartAsync(exec, "{}")).ShouldEndWith("\r\n\r\n\u0001\0\0\0\0\0\0\u000bnot found\r\n");
        (await InspectAsync(exec)).GetProperty("ExitCode").GetInt32().ShouldBe(127);
        using var again = await server.PostAsync($"exec/{exec}/start", """{"Detach":true}""");
        again.StatusCode.ShouldBe(HttpStatusCode.Conflict);
        (await DockerServer.MessageAsync(again)).ShouldBe($"exec command {exec} has already run");
    }

    [Fact]
    public async Task One_that_ended_long_ago_is_still_known()
    {
        var id = await StartedAsync("busy");
        var first = await CreateAsync(id, """{"Cmd":["true"]}""");
        for (var exec = first; ; exec = await CreateAsync(id, """{"Cmd":["true"]}"""))
        {
            await DetachedAsync(exec);
            await server.Worker.ExitAsync(id, exec, exec == first ? 9 : 0);
            if ((await server.Log.FindContainerAsync(id, Cancellation))!.Exec(first) is null)
                break;
        }
        (await InspectAsync(first)).GetProperty("ExitCode").GetInt32().ShouldBe(9);
        (await DetachedAsync(first)).ShouldBe(HttpStatusCode.Conflict);
    }

    [Theory]
    [InlineData("{}", HttpStatusCode.BadRequest, "No exec command specified")]
    [InlineData("""{"Cmd":["sh"],"DetachKeys":"ctrl-11"}""", HttpStatusCode.BadRequest, "Invalid escape keys (ctrl-11) provided")]
    [InlineData("""{"Cmd":["sh"],"WorkingDir":"x"}""", HttpStatusCode.BadRequest, "the working directory 'x' is invalid, it needs to be an absolute path")]
    public async Task Nonsense_is_refused(string body, HttpStatusCode status, string message)
    {
        var id = await StartedAsync("nonsense-" + Guid.NewGuid().ToString("n")[..8]);
        using var answer = await server.PostAsync($"containers/{id}/exec", body);
        answer.StatusCode.ShouldBe(status);
        (await DockerServer.MessageAsync(answer)).ShouldBe(message);
    }

    [Fact]
    public async Task What_is_not_there_is_not_found()
    {
        foreach (var exec in (string[])["nosuch", new string('a', 64)])
        {
            using var inspected = await server.Client.GetAsync($"exec/{exec}/json", Cancellation);
            inspected.StatusCode.ShouldBe(HttpStatusCode.NotFound);
            (await DockerServer.MessageAsync(inspected)).ShouldBe($"No such exec instance: {exec}");
            (await DetachedAsync(exec)).ShouldBe(HttpStatusCode.NotFound);
            using var resized = await server.PostAsync($"exec/{exec}/resize?h=1&w=1");
            resized.StatusCode.ShouldBe(HttpStatusCode.NotFound);
        }
    }

    [Fact]
    public async Task A_server_that_has_lost_the_environment_does_not_run_without_it()
    {
        var id = await StartedAsync("forgetful");
        var exec = Domain.Containers.ExecId.Of(id, new string('f', 32));
        await server.Log.AppendAsync([(Streams.Container(id), new ExecCreated(
            id, exec, "c", ["true"], "", "/", false, false, false, true, true, ["TOKEN"], null, DateTimeOffset.UtcNow))], TestStore.Request(), Cancellation);
        using var answer = await server.PostAsync($"exec/{exec}/start", """{"Detach":true}""");
        answer.StatusCode.ShouldBe(HttpStatusCode.Conflict);
        (await DockerServer.MessageAsync(answer)).ShouldContain("(TOKEN) are not in the log");
    }

    [Fact]
    public async Task Of_a_container_whose_label_asks_for_it_the_worker_is_told_to_record_the_session()
    {
        var id = await StartedAsync("recorded", "\"Labels\":{\"shiplog.record\":\"all\"},");
        var exec = await CreateAsync(id, """{"Cmd":["sh","-c","é"],"AttachStdout":true,"Tty":true,"ConsoleSize":[40,100]}""");
        var asked = "";
        Attaches(id, exec, async socket =>
        {
            await WaitAsync(() => server.Worker.Programs.ContainsKey(exec));
            await server.Worker.ExitAsync(id, exec, 0);
        }, head => asked = head.Split(' ')[1]);
        await StartAsync(exec, """{"Detach":false,"Tty":true}""");
        var recording = (await server.LastEventAsync(id, "exec_start_requested")).Data.GetProperty("recording");
        recording.GetProperty("mode").GetString().ShouldBe("all");
        asked.ShouldEndWith($"&recording={recording.GetProperty("id").GetString()}&record=all&w=100&h=40&title=sh%20-c%20%C3%A9");
        using var refused = await server.PostAsync("containers/create?name=recorded-somehow", """{"Image":"busybox","Labels":{"shiplog.record":"somehow"}}""");
        refused.StatusCode.ShouldBe(HttpStatusCode.BadRequest);
        (await DockerServer.MessageAsync(refused)).ShouldContain("it is one of off, output and all");
    }

    private void Attaches(string id, string exec, Func<Socket, Task> stream, Action<string>? asked = null) => server.Worker.Script = async (head, socket) =>
    {
        asked?.Invoke(head);
        head.ShouldStartWith($"POST /streams/containers/{id}/execs/{exec}/attach?");
        await socket.SendAsync("HTTP/1.1 101 UPGRADED\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n\r\n"u8.ToArray());
        await stream(socket);
    };

    private async Task<string> StartedAsync(string name, string further = "")
    {
        var id = await server.CreateAsync(name, $$$"""{"Image":"busybox",{{{further}}}"HostConfig":{"NetworkMode":"none"}}""");
        using var started = await server.PostAsync($"containers/{id}/start");
        started.StatusCode.ShouldBe(HttpStatusCode.NoContent);
        return id;
    }

    private async Task<string> CreateAsync(string id, string body)
    {
        using var answer = await server.PostAsync($"containers/{id}/exec", body);
        answer.StatusCode.ShouldBe(HttpStatusCode.Created, await answer.Content.ReadAsStringAsync(Cancellation));
        return (await answer.Content.ReadFromJsonAsync<JsonElement>(Cancellation)).GetProperty("Id").GetString()!;
    }

    private async Task<HttpStatusCode> DetachedAsync(string exec)
    {
        using var answer = await server.PostAsync($"exec/{exec}/start", """{"Detach":true}""");
        return answer.StatusCode;
    }

    private async Task<string> StartAsync(string exec, string body)
    {
        using var socket = await server.ConnectAsync(Cancellation);
        await socket.SendAsync(Encoding.ASCII.GetBytes(
            $"POST /v1.50/exec/{exec}/start HTTP/1.1\r\nHost: docker\r\nConnection: Upgrade\r\nUpgrade: tcp\r\nContent-Type: application/json\r\n" +
            $"Content-Length: {body.Length}\r\n\r\n{body}"), Cancellation);
        using var all = new MemoryStream();
        var buffer = new byte[4096];
        while (await socket.ReceiveAsync(buffer, Cancellation) is > 0 and var read)
            all.Write(buffer, 0, read);
        return Encoding.ASCII.GetString(all.ToArray());
    }

    private Task<JsonElement> InspectAsync(string exec) => server.Client.GetFromJsonAsync<JsonElement>($"exec/{exec}/json", Cancellation);

    private Task<JsonElement> ContainerAsync(string id) => server.Client.GetFromJsonAsync<JsonElement>($"containers/{id}/json", Cancellation);

    private static async Task WaitAsync(Func<bool> condition)
    {
        for (var end = DateTime.UtcNow.AddSeconds(20); !condition();)
        {
            DateTime.UtcNow.ShouldBeLessThan(end, "it did not come about");
            await Task.Delay(10, Cancellation);
        }
    }
}
