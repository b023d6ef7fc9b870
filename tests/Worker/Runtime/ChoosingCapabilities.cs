using System.Text.Json;
using Shiplog.Contracts.Orders;
using Shiplog.Worker.Runtime;
using Shiplog.Worker.Tests.Harness;
using Shouldly;

namespace Shiplog.Worker.Tests.Runtime;

public sealed class ChoosingCapabilities
{
    private static readonly HashSet<string> Everything =
        [.. "CHOWN DAC_OVERRIDE FSETID FOWNER MKNOD NET_RAW SETGID SETUID SETFCAP SETPCAP NET_BIND_SERVICE SYS_CHROOT KILL AUDIT_WRITE NET_ADMIN SYS_ADMIN".Split(' ').Select(c => "CAP_" + c)];

    [Fact]
    public void Gives_dockers_fourteen_by_default() => Capabilities.Resolve([], [], Everything).Length.ShouldBe(14);

    [Fact]
    public void Adds_and_drops_by_any_spelling()
    {
        Capabilities.Resolve(["net_admin"], ["CAP_KILL", "MKNOD"], Everything).ShouldContain("CAP_NET_ADMIN");
        Capabilities.Resolve(["net_admin"], ["CAP_KILL", "MKNOD"], Everything).ShouldNotContain("CAP_KILL");
        Capabilities.Resolve([], ["ALL"], Everything).ShouldBeEmpty();
        Capabilities.Resolve(["KILL"], ["ALL"], Everything).ShouldBe(["CAP_KILL"]);
        Capabilities.Resolve(["ALL"], ["KILL"], Everything).ShouldBe(Everything.Where(c => c != "CAP_KILL"), ignoreOrder: true);
    }

    [Fact]
    public void Never_gives_what_the_worker_has_not() =>
        Capabilities.Resolve(["ALL"], [], new HashSet<string> { "CAP_KILL" }).ShouldBe(["CAP_KILL"]);

    [Fact]
    public void Refuses_a_name_that_is_none() =>
        Should.Throw<FormatException>(() => Capabilities.Resolve(["FLY"], [], Everything)).Message.ShouldBe("unknown capability: \"CAP_FLY\"");
}
