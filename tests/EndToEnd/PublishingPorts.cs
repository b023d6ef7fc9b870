using System.Diagnostics;
using System.Net.Sockets;
using Shiplog.EndToEnd.Tests.Running;

namespace Shiplog.EndToEnd.Tests;

/// <summary>docker run -p and -P, docker port.</summary>
public sealed class PublishingPorts(RunningInstance engine)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task A_web_server_is_reached_from_everywhere_told_of_and_gone_with_its_container()
    {
        var before = await engine.Kernel.LookAsync();
        await ServeAsync("web", "hello", "-p", "8060:80", "--expose", "81");
        (await AskAsync("http://127.0.0.1:8060/")).ShouldBe("hello");
        var gateway = (await engine.DockerAsync("inspect", "-f", "{{.NetworkSettings.Gateway}}", "web")).Succeeded().Text;
        (await AskAsync($"http://{gateway}:8060/")).ShouldBe("hello");
        string[] ask = ["sh", "-c", $"printf 'GET / HTTP/1.0\\r\\n\\r\\n' | nc -w 20 {gateway} 8060 | tail -1"];
        (await engine.DockerAsync(["run", "--rm", "busybox", .. ask])).Succeeded().Text.ShouldBe("hello");
        (await engine.DockerAsync(["exec", "web", .. ask])).Succeeded().Text.ShouldBe("hello");

        (await engine.DockerAsync("ps", "--filter", "name=web", "--format", "{{.Ports}}")).Succeeded().Text.ShouldBe("81/tcp, 0.0.0.0:8060->80/tcp");
        (await engine.DockerAsync("port", "web")).Succeeded().Text.ShouldBe("80/tcp -> 0.0.0.0:8060");
        (await engine.DockerAsync("ps", "--filter", "publish=8060", "--format", "{{.Names}}")).Succeeded().Text.ShouldBe("web");
        var taken = await engine.DockerAsync("run", "--rm", "-p", "8060:80", "busybox", "true");
        taken.ExitCode.ShouldBe(125);
        taken.Error.ShouldContain("Bind for 0.0.0.0:8060 failed: port is already allocated");

        (await engine.DockerAsync("rm", "-f", "web")).Succeeded();
        (await AskAsync("http://127.0.0.1:8060/", once: true)).ShouldNotBe("hello");
        var steps = (await engine.EventsOfAsync("web")).Select(e => e.Type).ToList();
        steps.IndexOf("ports_published").ShouldBe(steps.IndexOf("ip_assigned") + 1);
        steps.ShouldContain("ports_unpublished");
        await engine.Kernel.LeavesNothingSinceAsync(before);
    }

    [Fact]
    public async Task A_port_that_a_program_has_is_passed_over_where_any_will_do_and_refused_where_it_is_named()
    {
        var before = await engine.Kernel.LookAsync();
        using var program = new TcpListener(System.Net.IPAddress.Any, 8061);
        program.Start();
        var refused = await engine.DockerAsync("run", "--name", "refused", "-p", "8061:80", "busybox", "true");
        refused.ExitCode.ShouldBe(125);
        refused.Error.ShouldContain("listen tcp4 0.0.0.0:8061: bind: address already in use");
        (await engine.DockerAsync("rm", "refused")).Succeeded();
        await ServeAsync("any", "found", "-p", "8061-8063:80");
        (await engine.DockerAsync("port", "any")).Succeeded().Text.ShouldBe("80/tcp -> 0.0.0.0:8062");
        (await AskAsync("http://127.0.0.1:8062/")).ShouldBe("found");
        (await engine.DockerAsync("rm", "-f", "any")).Succeeded();
        await engine.Kernel.LeavesNothingSinceAsync(before);
    }

    [Fact]
    public async Task Everything_may_be_killed_and_the_port_is_still_published()
    {
        var before = await engine.Kernel.LookAsync();
        await ServeAsync("survives", "still here", "-p", "127.0.0.1:8064:80");
        foreach (var process in (string[])["server", "worker"])
        {
            var old = engine.ProcessId(process);
            using (var victim = Process.GetProcessById(old))
                victim.Kill();
            (await AskAsync("http://127.0.0.1:8064/")).ShouldBe("still here");
            await Eventually.IsTrueAsync(async () =>
                engine.ProcessId(process) != old && (await engine.StatusAsync()).Worker && (await engine.DockerAsync("port", "survives")).Text == "80/tcp -> 127.0.0.1:8064");
        }
        (await engine.DockerAsync("restart", "-t", "0", "survives")).Succeeded();
        (await AskAsync("http://127.0.0.1:8064/")).ShouldBe("still here");
        (await engine.DockerAsync("rm", "-f", "survives")).Succeeded();
        await engine.Kernel.LeavesNothingSinceAsync(before);
    }

    [Fact]
    public async Task All_exposed_ports_are_published_at_free_ones_and_who_had_one_can_be_asked()
    {
        var before = await engine.Kernel.LookAsync();
        await ServeAsync("every", "any port", "-P", "--expose", "80");
        var port = (await engine.DockerAsync("port", "every", "80")).Succeeded().Text.Split('\n')[0].Split(':')[^1];
        (await AskAsync($"http://127.0.0.1:{port}/")).ShouldBe("any port");
        (await engine.DockerAsync("rm", "-f", "every")).Succeeded();
        using var http = new HttpClient();
        var leases = await http.GetStringAsync(
            $"http://{engine.Instance.Settings.Http}/api/v1/leases/ports?port={port}&protocol=tcp", TestContext.Current.CancellationToken);
        leases.ShouldContain("\"container\":\"every\"");
        await engine.Kernel.LeavesNothingSinceAsync(before);
    }

    private async Task ServeAsync(string name, string page, params string[] options) => (await engine.DockerAsync(
        ["run", "-d", "--name", name, .. options, "busybox", "sh", "-c", $"mkdir -p /www; echo {page} > /www/index.html; exec httpd -f -p 80 -h /www"])).Succeeded();

    /// <summary>What the server says, as soon as it listens.</summary>
    private static async Task<string> AskAsync(string url, bool once = false)
    {
        using var http = new HttpClient { Timeout = TimeSpan.FromSeconds(20) };
        for (var began = Stopwatch.StartNew(); ; await Task.Delay(100, TestContext.Current.CancellationToken))
        {
            try
            {
                return (await http.GetStringAsync(url, TestContext.Current.CancellationToken)).Trim();
            }
            catch (Exception e) when (e is HttpRequestException || (e is TaskCanceledException && !TestContext.Current.CancellationToken.IsCancellationRequested))
            {
                if (once || began.Elapsed > Patience)
                    return e.Message;
            }
        }
    }
}
