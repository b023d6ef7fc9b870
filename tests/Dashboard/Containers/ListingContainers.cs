using Shiplog.Contracts.Views;
using Shiplog.Dashboard.Containers;
using Shouldly;
using Xunit;

namespace Shiplog.Dashboard.Tests.Containers;

public class ListingContainers
{
    private static readonly ContainerView[] All =
    [
        ALog.AContainer("old", "running", minute: 1), ALog.AContainer("new", "running", minute: 2), ALog.AContainer("done", "exited", 0),
        ALog.AContainer("broken", "exited", 137), ALog.AContainer("unstartable", "created", 127, "no such file"), ALog.AContainer("gone", "removed", 1),
        ALog.AContainer("fresh", "created"), ALog.AContainer("stuck", "dead", 0, minute: 3),
    ];

    [Fact]
    public void Failing_ones_come_first_and_the_newest_within_each_kind() =>
        ContainerList.Of(All, "", removedToo: true).Select(c => c.Name).ShouldBe(["stuck", "broken", "unstartable", "new", "old", "fresh", "done", "gone"]);

    [Fact]
    public void Removed_ones_are_left_out_unless_asked_for() =>
        ContainerList.Of(All, "", removedToo: false).ShouldNotContain(c => c.State == "removed");

    [Fact]
    public void A_removed_one_that_once_failed_wants_no_attention_any_more() =>
        ContainerList.IsFailing(ALog.AContainer("gone", "removed", 1, "no such file")).ShouldBeFalse();

    [Theory]
    [InlineData("BROK", "broken")]
    [InlineData("busybox dead", "stuck")]
    [InlineData("172.17.0.2 new", "new")]
    public void All_words_must_occur_somewhere_in_whatever_case(string text, string expected) =>
        ContainerList.Of(All, text, removedToo: true).Single().Name.ShouldBe(expected);
}
