using Shiplog.EndToEnd.Tests.Running;

namespace Shiplog.EndToEnd.Tests;

/// <summary>Debian's docker-compose 1.29 brings up what a file describes (Compose/docker-compose.yml), and takes it away.</summary>
public sealed class DrivenByCompose(RunningInstance engine)
{
    private const string Page = "http://127.0.0.1:8095/";

    [Fact]
    public async Task A_web_server_and_a_store_come_up_in_order_go_on_and_go_down()
    {
        var before = await engine.Kernel.LookAsync();
        try
        {
            (await ComposeAsync("up", "-d")).Succeeded();
            (await PageAsync("hello")).ShouldBe("hello");
            (await engine.DockerAsync("ps", "--filter", "label=com.docker.compose.service=store", "--format", "{{.Status}}")).Succeeded().Text.ShouldEndWith("(healthy)");
            (await engine.DockerAsync("ps", "--filter", "label=tier=front", "--format", "{{.Ports}}")).Succeeded().Text.ShouldBe("127.0.0.1:8095->80/tcp");

            (await ComposeAsync("exec", "-T", "store", "sh", "-c", "echo set greeting again | nc 127.0.0.1 6379")).Succeeded().Text.ShouldBe("ok");
            (await ComposeAsync("restart", "web")).Succeeded();
            (await PageAsync("again")).ShouldBe("again");

            (await ComposeAsync("down")).Succeeded();
            (await engine.DockerAsync("volume", "ls", "-q")).Succeeded().Text.ShouldContain("end2end_data");
            (await engine.DockerAsync("network", "ls")).Succeeded().Text.ShouldNotContain("end2end_back");
            (await ComposeAsync("up", "-d")).Succeeded();
            (await PageAsync("again")).ShouldBe("again", "the volume has kept it");
        }
        finally
        {
            await ComposeAsync("down", "--volumes");
        }
        (await engine.DockerAsync("volume", "ls", "-q")).Succeeded().Text.ShouldNotContain("end2end_data");
        await engine.Kernel.LeavesNothingSinceAsync(before);
    }

    private Task<Result> ComposeAsync(params string[] arguments) => Command.RunAsync(
        "docker-compose", ["-f", Path.Combine(RunningInstance.Sources, "tests", "EndToEnd", "Compose", "docker-compose.yml"), "-p", "end2end", .. arguments],
        engine.DockerEnvironment, limit: TimeSpan.FromMinutes(4));

    /// <summary>The page, as soon as it is this: a server that has been started need not listen yet.</summary>
    private static async Task<string> PageAsync(string wanted)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        patience.CancelAfter(TimeSpan.FromSeconds(60));
        using var http = new HttpClient();
        for (var last = ""; ; await Task.Delay(100, TestContext.Current.CancellationToken))
        {
            try
            {
                last = (await http.GetStringAsync(Page, patience.Token)).Trim();
            }
            catch (HttpRequestException e)
            {
                last = e.Message;
            }
            catch (OperationCanceledException) when (patience.IsCancellationRequested)
            {
                return last;
            }
            if (last == wanted || patience.IsCancellationRequested)
                return last;
        }
    }
}
