using System.Globalization;
using System.Net;
using Shouldly;
using Xunit;

namespace Shiplog.EndToEnd.Tests;

/// <summary>Processes die, containers do not; what happened meanwhile is told truly.</summary>
public sealed class Survival(Engine engine)
{
    [Fact]
    public Task A_container_does_not_notice_that_server_and_worker_are_killed() => engine.LeavesNothingAsync(async () =>
    {
        await RunAsync("steady", "sleep 1000");
        var pid = await engine.InspectAsync("steady", "{{.State.Pid}}");

        await KillAsync("server", "worker");

        (await engine.InspectAsync("steady", "{{.State.Status}} {{.State.Pid}}")).ShouldBe($"running {pid}");
        Directory.Exists($"/proc/{pid}").ShouldBeTrue();
        (await engine.DockerAsync("rm", "-f", "steady")).Expected();
    });

    [Fact]
    public Task An_exit_while_the_worker_is_dead_is_recorded_with_its_code_and_time() => engine.LeavesNothingAsync(async () =>
    {
        await RunAsync("leaver", "sleep 1; exit 7");
        await KillAsync("worker");
        await Engine.EventuallyAsync("the exit in the log", async () => await engine.InspectAsync("leaver", "{{.State.Status}}") == "exited");

        (await engine.InspectAsync("leaver", "{{.State.ExitCode}}")).ShouldBe("7");
        var ran = await TimeOf("leaver", "FinishedAt") - await TimeOf("leaver", "StartedAt");
        ran.TotalSeconds.ShouldBeInRange(0.9, 2.5);
        (await engine.DockerAsync("rm", "leaver")).Expected();
    });

    [Fact]
    public Task With_the_database_away_clients_get_503_and_containers_run_on() => engine.LeavesNothingAsync(async () =>
    {
        await RunAsync("patient", "sleep 2; exit 5");
        var pid = int.Parse(await engine.InspectAsync("patient", "{{.State.Pid}}"), CultureInfo.InvariantCulture);
        var data = Path.Combine(engine.Home, "postgresql");

        await PgAsync("stop", data);
        using (var answer = await engine.Http.GetAsync("/v1.50/containers/json"))
        {
            answer.StatusCode.ShouldBe(HttpStatusCode.ServiceUnavailable);
            (await answer.Content.ReadAsStringAsync()).ShouldContain("PostgreSQL");
        }
        Directory.Exists($"/proc/{pid}").ShouldBeTrue("the container runs on");
        await Engine.EventuallyAsync("the container's own end", () => Task.FromResult(!Directory.Exists($"/proc/{pid}")));
        await PgAsync("start", data);

        await Engine.EventuallyAsync("the spooled exit", async () =>
            (await engine.DockerAsync("inspect", "-f", "{{.State.Status}} {{.State.ExitCode}}", "patient")).Output.Trim() == "exited 5");
        (await engine.DockerAsync("rm", "patient")).Expected();
    });

    private async Task RunAsync(string name, string script) =>
        (await engine.DockerAsync("run", "-d", "--name", name, "busybox", "sh", "-c", script)).Expected();

    private async Task<DateTimeOffset> TimeOf(string container, string field) =>
        DateTimeOffset.Parse(await engine.InspectAsync(container, "{{.State." + field + "}}"), CultureInfo.InvariantCulture);

    private async Task KillAsync(params string[] processes)
    {
        var pids = processes.Select(engine.PidOf).ToArray();
        foreach (var pid in pids)
            (await Shell.RunAsync("kill", "-9", pid.ToString(CultureInfo.InvariantCulture))).Expected();
        await Engine.EventuallyAsync("new processes", async () =>
            pids.All(p => !Directory.Exists($"/proc/{p}")) && (await engine.DockerAsync("ps", "-q")).ExitCode == 0
            && (await engine.GetAsync("/api/v1/status")).GetProperty("worker").GetBoolean());
    }

    private static async Task PgAsync(string verb, string data) =>
        (await Shell.RunAsync("sh", "-c", $"exec runuser -u postgres -- /usr/lib/postgresql/15/bin/pg_ctl {verb} -w -m fast -D '{data}' -l /dev/null </dev/null >/dev/null 2>&1")).Expected();
}
