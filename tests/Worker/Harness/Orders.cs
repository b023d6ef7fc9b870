using Shiplog.Contracts.Orders;

namespace Shiplog.Worker.Tests.Harness;

/// <summary>Orders for tests that start nothing.</summary>
internal static class SomeOrder
{
    public static ContainerProcess Process { get; } = new(
        ["sh"], [], "", "", false, false, false, "box", "", [], [], [], [], [], [], null, "json-file", 0, 0);

    public static StartContainer Start { get; } = new(
        "command", "container", "name", new MountRootFs("image", ["sha256:" + new string('a', 64)], false), NetworkMode.Bridge,
        new AttachBridge("net", "bridge", "br0", "172.17.0.0/16", "172.17.0.1", "veth0", "eth0", "02:42:ac:11:00:02", 1500),
        new AssignIp("net", "172.17.0.2", 16, "172.17.0.1"), Process, false);
}
