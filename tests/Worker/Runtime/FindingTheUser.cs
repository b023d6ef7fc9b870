using System.Text.Json;
using Shiplog.Contracts.Orders;
using Shiplog.Worker.Runtime;
using Shiplog.Worker.Tests.Harness;
using Shouldly;

namespace Shiplog.Worker.Tests.Runtime;

public sealed class FindingTheUser
{
    private static readonly string[][] Passwd =
        [["root", "x", "0", "0", "", "/root", ""], ["1000", "x", "0", "0", "", "/root", ""], ["alice", "x", "1000", "100", "", "/home/alice", ""], ["huge", "x", "4294967296", "1", "", "/", ""]];

    private static readonly string[][] Group =
        [["users", "x", "100", ""], ["audio", "x", "29", "bob,alice"], ["video", "x", "44", "alice"]];

    [Theory]
    [InlineData("", 0, 0, "0", "/root")]
    [InlineData("alice", 1000, 100, "100,29,44", "/home/alice")]
    [InlineData("alice:video", 1000, 44, "44", "/home/alice")]
    [InlineData("alice:7", 1000, 7, "7", "/home/alice")]
    [InlineData("4711", 4711, 0, "0", "/")]
    [InlineData("4711:29", 4711, 29, "29", "/")]
    public void Reads_names_and_numbers(string spec, uint uid, uint gid, string groups, string home)
    {
        var user = ContainerUser.Resolve(spec, Passwd, Group);
        (user.Uid, user.Gid, string.Join(',', user.Groups), user.Home).ShouldBe((uid, gid, groups, home));
    }

    [Fact]
    public void A_number_is_never_a_name() => ContainerUser.Resolve("1000", Passwd, Group).Uid.ShouldBe(1000u);

    [Theory]
    [InlineData("bob", "unable to find user bob: no matching entries in passwd file")]
    [InlineData("alice:none", "unable to find group none: no matching entries in group file")]
    [InlineData("4294967296", "uids and gids must be in range 0-2147483647, not 4294967296")]
    [InlineData("huge", "uids and gids must be in range 0-2147483647, not 4294967296")]
    public void Refuses_what_is_not_there_or_out_of_range(string spec, string words) =>
        Should.Throw<FormatException>(() => ContainerUser.Resolve(spec, Passwd, Group)).Message.ShouldBe(words);
}
