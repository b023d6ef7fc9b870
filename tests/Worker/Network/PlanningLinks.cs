using System.Buffers.Binary;
using System.Net;
using System.Text;
using Shiplog.Worker.Network;
using Shouldly;

namespace Shiplog.Worker.Tests.Network;

public sealed class PlanningLinks
{
    [Fact]
    public void A_message_counts_its_length_and_carries_its_number()
    {
        var bytes = LinkPlans.SetUp(7).ToBytes(42);
        BinaryPrimitives.ReadInt32LittleEndian(bytes).ShouldBe(bytes.Length);
        BinaryPrimitives.ReadUInt32LittleEndian(bytes.AsSpan(8)).ShouldBe(42u);
        BinaryPrimitives.ReadInt32LittleEndian(bytes.AsSpan(20)).ShouldBe(7);
        BinaryPrimitives.ReadUInt32LittleEndian(bytes.AsSpan(24)).ShouldBe(1u);
    }

    [Fact]
    public void Attributes_begin_at_multiples_of_four_and_do_not_count_their_padding()
    {
        var bytes = LinkPlans.GetLink("eth0").ToBytes(1);
        // header 16, link part 16, then the attribute: length 4 + "eth0\0"
        BinaryPrimitives.ReadUInt16LittleEndian(bytes.AsSpan(32)).ShouldBe((ushort)9);
        Encoding.ASCII.GetString(bytes, 36, 5).ShouldBe("eth0\0");
        bytes.Length.ShouldBe(44);
    }

    [Fact]
    public void A_veth_pair_names_both_ends_its_bridge_and_the_namespace_of_the_other_end()
    {
        var bytes = LinkPlans.CreateVeth("veth1", 5, "eth0", [2, 0x42, 1, 2, 3, 4], 1500, 33).ToBytes(1);
        var link = Attributes(bytes.AsSpan(32));
        Text(link[3]).ShouldBe("veth1");
        BinaryPrimitives.ReadUInt32LittleEndian(link[10]).ShouldBe(5u);
        var info = Attributes(link[18]);
        Text(info[1]).ShouldBe("veth");
        var peer = Attributes(Attributes(info[2])[1].AsSpan(16));
        Text(peer[3]).ShouldBe("eth0");
        peer[1].ShouldBe([2, 0x42, 1, 2, 3, 4]);
        BinaryPrimitives.ReadUInt32LittleEndian(peer[28]).ShouldBe(33u);
    }

    [Theory]
    [InlineData("172.17.0.2", 16, "172.17.255.255")]
    [InlineData("10.0.0.1", 32, "10.0.0.1")]
    [InlineData("10.1.2.3", 0, "255.255.255.255")]
    [InlineData("192.168.1.130", 25, "192.168.1.255")]
    public void The_broadcast_address_has_all_host_bits(string address, int prefix, string expected) =>
        LinkPlans.Broadcast(IPAddress.Parse(address), prefix).ShouldBe(IPAddress.Parse(expected));

    [Fact]
    public void The_rules_are_one_table_that_replaces_itself_whole()
    {
        var rules = NatRules.Table(
            "shiplog", NatRules.Chains([new("1", "shiplog0", "172.17.0.0/16", "172.17.0.1"), new("2", "other", "10.9.0.0/24", "10.9.0.1")]),
            [new PortForward("0.0.0.0", 8080, "tcp", "172.17.0.2", 80), new PortForward("127.0.0.1", 53, "udp", "172.17.0.3", 5353)]);
        rules.ShouldStartWith("table ip shiplog\ndelete table ip shiplog\ntable ip shiplog {");
        rules.ShouldContain("ip saddr 172.17.0.0/16 oifname != \"shiplog0\" masquerade\n");
        rules.ShouldContain("ip saddr 10.9.0.0/24 oifname != \"other\" masquerade\n");
        rules.ShouldContain("elements = { 6 . 8080 : 172.17.0.2 . 80 }\n");
        rules.ShouldContain("elements = { 127.0.0.1 . 17 . 53 : 172.17.0.3 . 5353 }\n");
        rules.ShouldContain("iifname \"other\" oifname != \"other\" oifname { \"shiplog0\", \"other\" } drop\n");
    }

    [Fact]
    public void An_internal_network_has_no_way_out_and_none_in()
    {
        var rules = NatRules.Table("shiplog", NatRules.Chains([new("1", "inner", "172.18.0.0/16", "172.18.0.1") { Internal = true }]), []);
        rules.ShouldNotContain("masquerade");
        rules.ShouldContain("iifname \"inner\" oifname != \"inner\" drop\n");
        rules.ShouldContain("oifname \"inner\" iifname != \"inner\" drop\n");
    }

    [Fact]
    public void A_list_is_read_message_by_message_and_ends_with_its_last()
    {
        byte[] link = LinkPlans.CreateVeth("port", 9, "x", [0, 0, 0, 0, 0, 1], 1500, 3).ToBytes(1);
        byte[] done = [20, 0, 0, 0, 3, 0, 2, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];
        var replies = NetlinkReply.Split(((byte[])[.. link, .. done]).AsMemory()).ToList();
        replies.Count.ShouldBe(2);
        (replies[0].IsLink, replies[0].Name, replies[0].Master).ShouldBe((true, "port", 9));
        replies[1].IsLast.ShouldBeTrue();
    }

    private static string Text(byte[] value) => Encoding.ASCII.GetString(value).TrimEnd('\0');

    private static Dictionary<int, byte[]> Attributes(ReadOnlySpan<byte> data)
    {
        var all = new Dictionary<int, byte[]>();
        while (data.Length >= 4)
        {
            var length = BinaryPrimitives.ReadUInt16LittleEndian(data);
            all[BinaryPrimitives.ReadUInt16LittleEndian(data[2..])] = data[4..length].ToArray();
            data = data[Math.Min(data.Length, (length + 3) & ~3)..];
        }

        return all;
    }
}
