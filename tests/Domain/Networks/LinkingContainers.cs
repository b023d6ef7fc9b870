using Shiplog.Domain.Containers;
using Shiplog.Domain.Networks;

namespace Shiplog.Domain.Tests.Networks;

public sealed class LinkingContainers
{
    private static readonly NetworkEndpoint Place = new("n", "bridge", "br0", "172.17.0.0/16", "172.17.0.1", "172.17.0.2", 16, "veth", "02:42:ac:11:00:02");
    private static readonly Container Other = new()
    {
        Id = "other",
        Name = "database",
        Status = ContainerStatus.Running,
        Config = Given.Open with { Hostname = "host", Env = ["PATH=/bin", "A=b=c"], ExposedPorts = ["53/udp", "53/tcp"] },
        Places = [new ContainerPlace(Place, Assigned: true)],
    };
    private static readonly Container Own = new() { Id = "own", Name = "web", Status = ContainerStatus.Created, Host = Given.Host with { Links = ["other:my-db"] } };
    private static readonly ContainerStartRequested Intent = new("own", "start", Place, Given.Now);

    [Theory]
    [InlineData("db", "db", "db")]
    [InlineData("db:alias", "db", "alias")]
    [InlineData("/db:/web/alias", "db", "alias")]
    public void A_link_is_a_name_and_perhaps_an_alias(string text, string name, string alias)
    {
        LinkContainers.TryParse(text, out var hasName, out var hasAlias).ShouldBeTrue();
        (hasName, hasAlias).ShouldBe((name, alias));
    }

    [Theory]
    [InlineData("")]
    [InlineData(":a")]
    [InlineData("a:")]
    [InlineData("a:b:c")]
    public void Anything_else_is_none(string text) => LinkContainers.TryParse(text, out _, out _).ShouldBeFalse();

    [Fact]
    public void A_start_is_told_of_the_other()
    {
        var link = Decide(Other).OfType<ContainerStartRequested>().Single().Links!.Single();
        link.Names.ShouldBe(["my-db", "host", "database"]);
        link.Address.ShouldBe("172.17.0.2");
        link.Env.ShouldBe([
            "MY_DB_PORT=tcp://172.17.0.2:53",
            "MY_DB_PORT_53_TCP=tcp://172.17.0.2:53", "MY_DB_PORT_53_TCP_ADDR=172.17.0.2", "MY_DB_PORT_53_TCP_PORT=53", "MY_DB_PORT_53_TCP_PROTO=tcp",
            "MY_DB_PORT_53_UDP=udp://172.17.0.2:53", "MY_DB_PORT_53_UDP_ADDR=172.17.0.2", "MY_DB_PORT_53_UDP_PORT=53", "MY_DB_PORT_53_UDP_PROTO=udp",
            "MY_DB_NAME=/web/my-db", "MY_DB_ENV_A=b=c",
        ]);
    }

    [Fact]
    public void One_that_cannot_be_linked_to_fails_the_start_and_leases_nothing()
    {
        Fault(Container.Absent).ShouldBe("No such container: other");
        Fault(Other with { Status = ContainerStatus.Exited }).ShouldBe("Cannot link to a non running container: /database AS /web/my-db");
        Fault(Other with { Places = [] }).ShouldBe("Cannot link to /database, as it does not belong to the default network");

        static string Fault(Container other)
        {
            var events = Decide(other);
            events.OfType<ContainerStartRequested>().Single().Endpoint.ShouldBeNull();
            return events.OfType<ContainerCommandFailed>().Single().Error;
        }
    }

    private static object[] Decide(Container other) =>
        LinkContainers.Decide(Intent, Own, new Dictionary<string, Container> { ["other"] = other }).ShouldBeOfType<Decision.Accepted>().Events;
}
