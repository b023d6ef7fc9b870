using System.Text;
using DotNet.Testcontainers.Builders;
using DotNet.Testcontainers.Configurations;
using DotNet.Testcontainers.Containers;
using Shiplog.EndToEnd.Tests.Running;

namespace Shiplog.EndToEnd.Tests;

/// <summary>Testcontainers for .NET, as test suites everywhere use it: waits for a port, a line and health, copies, executes, stops.</summary>
public sealed class DrivenByTestcontainers(RunningInstance engine)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_server_is_waited_for_copied_into_asked_and_stopped()
    {
        // Its reaper is an image on Docker Hub, which is out of reach.
        TestcontainersSettings.ResourceReaperEnabled = false;
        var before = await engine.Kernel.LookAsync();
        await using (var container = new ContainerBuilder("busybox")
            .WithDockerEndpoint("unix://" + engine.Instance.DockerSocket)
            .WithCommand("sh", "-c", "mkdir -p /www; cp /tmp/page.html /www/index.html; echo serving; touch /tmp/well; exec httpd -f -p 80 -h /www")
            .WithResourceMapping(Encoding.UTF8.GetBytes("copied in"), "/tmp/page.html")
            .WithPortBinding(80, assignRandomHostPort: true)
            .WithCreateParameterModifier(p => p.Healthcheck = new Docker.DotNet.Models.HealthcheckConfig
            {
                Test = ["CMD-SHELL", "test -e /tmp/well"],
                Interval = TimeSpan.FromMilliseconds(500),
                Timeout = TimeSpan.FromSeconds(20),
                Retries = 60,
            })
            .WithWaitStrategy(Wait.ForUnixContainer()
                .UntilMessageIsLogged("serving").UntilContainerIsHealthy().UntilInternalTcpPortIsAvailable(80).UntilHttpRequestIsSucceeded(r => r.ForPort(80)))
            .Build())
        {
            using var patience = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
            patience.CancelAfter(TimeSpan.FromMinutes(3));
            await container.StartAsync(patience.Token);
            container.State.ShouldBe(TestcontainersStates.Running);
            using var http = new HttpClient();
            (await http.GetStringAsync($"http://127.0.0.1:{container.GetMappedPublicPort(80)}/", Cancellation)).ShouldBe("copied in");

            var executed = await container.ExecAsync(["sh", "-c", "cat /www/index.html; echo bad >&2; exit 3"], Cancellation);
            (executed.Stdout, executed.Stderr, executed.ExitCode).ShouldBe(("copied in", "bad\n", 3L));
            Encoding.UTF8.GetString(await container.ReadFileAsync("/www/index.html", Cancellation)).ShouldBe("copied in");
            (await container.GetLogsAsync(ct: Cancellation)).Stdout.ShouldContain("serving");
            await container.StopAsync(Cancellation);
            container.State.ShouldBe(TestcontainersStates.Exited);
        }
        await engine.Kernel.LeavesNothingSinceAsync(before);
    }
}
