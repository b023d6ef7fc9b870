using Shiplog.Contracts.Orders;
using Shiplog.Worker.Tests.Harness;
using Shouldly;

namespace Shiplog.Worker.Tests.Lifecycle;

public sealed class RunningUnderRunc
{
    [Fact]
    public async Task Does_the_same_in_the_same_words()
    {
        await using var host = await WorkerHost.StartAsync("""{ "default-runtime": "runc" }""");
        (await host.Server.ReceivedAsync<WorkerStartedReport>()).Runtime.ShouldStartWith("runc ");
        var order = host.Start(["sh", "-c", "echo hello; exit 5"]);
        (await host.Server.SendAsync(order)).Failure.ShouldBeNull();
        (await host.Server.ReceivedAsync<ContainerExitedReport>()).ExitCode.ShouldBe(5);
        host.Server.Reports.OfType<ContainerStartedReport>().Single().Runtime.ShouldBe("runc");
        using var http = host.Server.Http();
        (await http.GetStringAsync(WorkerStreams.Logs(order.ContainerId) + "?stdout=1&tty=1", TestContext.Current.CancellationToken)).ShouldBe("hello\n");

        var missing = (await host.Server.SendAsync(host.None(["nosuch"]))).Failure!;
        missing.ExitCode.ShouldBe(127);
        missing.Error.ShouldContain("exec: \"nosuch\": executable file not found in $PATH");
        (await host.Server.SendAsync(host.None(["/etc/passwd"]))).Failure!.ExitCode.ShouldBe(126);

        var frozen = host.None(["sleep", "60"]);
        await host.Server.SendAsync(frozen);
        (await host.Server.SendAsync(new PauseContainer("pause", frozen.ContainerId))).Failure.ShouldBeNull();
        (await host.Server.SendAsync(new KillContainer("kill", frozen.ContainerId, "KILL"))).Failure.ShouldBeNull();
    }
}
