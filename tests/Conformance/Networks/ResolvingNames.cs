namespace Shiplog.Conformance.Tests.Networks;

/// <summary>The names by which containers of a network find each other</summary>
public sealed class ResolvingNames : NetworkConversation
{
    [Fact]
    public async Task Finds_others_by_name_alias_and_short_id_and_nobody_from_elsewhere()
    {
        await MakeNetworkAsync(OfSubnet(Network, "10.99.30.0/24"));
        var server = await RunAsync(In(Network, ["sleep", "1000"], new { Aliases = (string[])["web"], IPAMConfig = new { IPv4Address = "10.99.30.50" } }), Network + "-server");
        foreach (var name in (string[])[Network + "-server", "web", server[..12]])
        {
            var client = await RunAsync(In(Network, ["sh", "-c", $"cat /etc/resolv.conf; ping -c 1 -W 10 {name}"]));
            (await EndedAsync(client)).ShouldBe(0, name);
            await SaidAsync(client, "nameserver 127.0.0.11");
        }
        var stranger = await RunAsync("ping", "-c", "1", "-W", "2", "web");
        (await EndedAsync(stranger)).ShouldNotBe(0);
    }

    [Fact]
    public async Task Of_several_with_one_alias_gives_all_addresses()
    {
        await MakeNetworkAsync(OfSubnet(Network, "10.99.31.0/24"));
        foreach (var last in (int[])[51, 52])
            await RunAsync(In(Network, ["sleep", "1000"], new { Aliases = (string[])["web"], IPAMConfig = new { IPv4Address = $"10.99.31.{last}" } }));
        var client = await RunAsync(In(Network, ["sh", "-c", "nslookup web | grep -o '10.99.31.5[12]' | sort -u | wc -l"]));
        await SaidAsync(client, "2");
    }

    [Fact]
    public async Task Finds_members_of_each_of_its_networks()
    {
        var other = Network + "b";
        await MakeNetworkAsync(OfSubnet(Network, "10.99.32.0/24"));
        await MakeNetworkAsync(OfSubnet(other, "10.99.33.0/24"));
        await RunAsync(In(Network, ["sleep", "1000"], new { Aliases = (string[])["one"] }));
        await RunAsync(In(other, ["sleep", "1000"], new { Aliases = (string[])["two"] }));
        var client = await CreateAsync(In(Network, ["sh", "-c", "ping -c 1 -W 10 one && ping -c 1 -W 10 two"]));
        (await DockerEngine.PostAsync($"/networks/{other}/connect", new { Container = client })).With(200);
        await StartAsync(client);
        (await EndedAsync(client)).ShouldBe(0);
    }

    [Fact]
    public async Task Knows_the_name_that_belongs_to_an_address()
    {
        await MakeNetworkAsync(OfSubnet(Network, "10.99.34.0/24"));
        await RunAsync(In(Network, ["sleep", "1000"], new { IPAMConfig = new { IPv4Address = "10.99.34.50" } }), Network + "-server");
        var client = await RunAsync(In(Network, ["sh", "-c", $"nslookup 10.99.34.50 | grep -q {Network}-server && echo known"]));
        await SaidAsync(client, "known");
    }
}
