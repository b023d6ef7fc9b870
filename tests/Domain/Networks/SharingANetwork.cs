using Shiplog.Domain.Containers;
using Shiplog.Domain.Containers.Rules;
using Shiplog.Domain.Hosts;

namespace Shiplog.Domain.Tests.Networks;

public sealed class SharingANetwork
{
    private static readonly Container Guest = new() { Id = "guest", Name = "g", Status = ContainerStatus.Created, Host = Given.Host with { NetworkMode = "container:host" } };
    private static readonly Container Host = new() { Id = "host", Name = "h", Status = ContainerStatus.Running };
    private static readonly ContainerStartRequested Intent = new("guest", "start", null, Given.Now);

    [Theory]
    [InlineData(ContainerStatus.Running, null, "")]
    [InlineData(ContainerStatus.Paused, null, "")]
    [InlineData(ContainerStatus.Restarting, "Conflict", "Container host is restarting, wait until the container is running")]
    [InlineData(ContainerStatus.Created, "Conflict", "cannot join network of a non running container: host")]
    [InlineData(ContainerStatus.Exited, "Conflict", "cannot join network of a non running container: host")]
    [InlineData(ContainerStatus.Removed, "NotFound", "No such container: host")]
    [InlineData(ContainerStatus.Absent, "NotFound", "No such container: host")]
    public void A_start_needs_the_other_to_run(ContainerStatus status, string? kind, string error)
    {
        var events = JoinNetwork.Decide(Intent, Guest, Host with { Status = status }).ShouldBeOfType<Decision.Accepted>().Events;
        events[0].ShouldBe(Intent);
        var failed = (ContainerCommandFailed?)events.ElementAtOrDefault(1);
        (failed?.Kind).ShouldBe(kind);
        (failed?.Error ?? "").ShouldBe(error);
        if (failed is not null)
            Container.Apply(Container.Apply(Guest, Intent), failed).ExitCode.ShouldBe(128);
    }

    [Theory]
    [InlineData("guest")]
    [InlineData("g")]
    public void None_joins_its_own(string named) =>
        JoinNetwork.Decide(Intent, Guest with { Host = Given.Host with { NetworkMode = "container:" + named } }, Container.Absent)
            .ShouldBeOfType<Decision.Accepted>().Events.OfType<ContainerCommandFailed>().Single().Error.ShouldBe("cannot join own network");

    [Fact]
    public void The_hosts_network_leaves_no_choice_of_a_hardware_address() =>
        NetworkModeRules.Conflict(Given.Host with { NetworkMode = "host" }, Given.Open with { Hostname = "x" }, "02:42:ac:11:00:99")
            .ShouldBe("conflicting options: mac-address and the network mode");

    [Fact]
    public void Nobody_is_warned_of_the_forwarding_that_another_would_need() =>
        HostRules.Fit(Guest.Host!, "", new HostFeatures { Forwarding = false }).Warnings.ShouldNotContain(w => w.Contains("forwarding"));
}
