using Shiplog.Domain.Containers;
using Shiplog.Domain.Images;

namespace Shiplog.Domain.Tests.Images;

public sealed class RemovingAnImage
{
    private const string Name = "docker.io/library/busybox:latest", Other = "127.0.0.1:5000/busybox:latest";

    [Fact]
    public void The_last_name_takes_the_image_with_it()
    {
        var events = Accepted("busybox", [Name]);
        events[0].ShouldBe(new ImageUntagged(Name, Given.Busybox.Id, Given.Now));
        events[1].ShouldBeOfType<ImageRemoveRequested>();
    }

    [Fact]
    public void One_of_several_names_takes_only_itself() => Accepted(Other, [Name, Other]).ShouldBe([new ImageUntagged(Other, Given.Busybox.Id, Given.Now)]);

    [Fact]
    public void The_last_tag_in_a_repository_takes_the_digests_there_with_it()
    {
        var digest = Given.Busybox.RepoDigests.Single();
        var events = Accepted("busybox", [Name, Other, digest]);
        events[..2].ShouldBe([new ImageUntagged(Name, Given.Busybox.Id, Given.Now), new ImageUntagged(digest, Given.Busybox.Id, Given.Now)]);
        Image.Apply(Given.Busybox, events[2]).RepoDigests.ShouldBeEmpty();
        Accepted("busybox", [Name, "docker.io/library/busybox:1", Other]).ShouldHaveSingleItem();
        Accepted(digest, [Name, Other]).ShouldHaveSingleItem().ShouldBeOfType<ImageDigestsUntagged>().RepoDigests.ShouldBe([digest]);
    }

    [Fact]
    public void By_its_id_all_goes_where_there_is_one_name_or_force()
    {
        Accepted("111111111111", [Name]).Length.ShouldBe(2);
        Decide("111111111111", [Name, Other]).ShouldRefuse(
            RefusalKind.Conflict, "conflict: unable to delete 111111111111 (must be forced) - image is referenced in multiple repositories");
        Accepted("111111111111", [Name, Other], force: true).Length.ShouldBe(3);
    }

    [Fact]
    public void A_stopped_container_keeps_it_but_for_force()
    {
        var stopped = Given.Container(Given.Exited);
        Decide("busybox", [Name], [stopped]).ShouldRefuse(
            RefusalKind.Conflict,
            "conflict: unable to remove repository reference \"busybox\" (must force) - container cccccccccccc is using its referenced image 111111111111");
        Decide("1111", [Name], [stopped]).ShouldRefuse(
            RefusalKind.Conflict, "conflict: unable to delete 111111111111 (must be forced) - image is being used by stopped container cccccccccccc");
        Accepted("busybox", [Name], [stopped], force: true).Length.ShouldBe(2);
    }

    [Fact]
    public void A_running_container_keeps_it_whatever_is_asked()
    {
        var running = Given.Container(Given.Started);
        Decide("1111", [Name], [running], force: true).ShouldRefuse(
            RefusalKind.Conflict, "conflict: unable to delete 111111111111 (cannot be forced) - image is being used by running container cccccccccccc");
        Accepted("busybox", [Name], [running], force: true).Select(e => e.GetType()).ShouldBe([typeof(ImageUntagged), typeof(ImageDigestsUntagged)]);
    }

    [Fact]
    public void An_image_that_others_are_made_of_loses_its_name_only()
    {
        var use = new ImageUse(Given.Busybox, [Name], [], ["sha256:child"]);
        RemoveImage.Decide(new RemoveImage("x", "busybox", true), use, Given.Now).ShouldBeOfType<Decision.Accepted>().Events.Select(e => e.GetType())
            .ShouldBe([typeof(ImageUntagged), typeof(ImageDigestsUntagged)]);
        RemoveImage.Decide(new RemoveImage("x", "1111", true), use, Given.Now).ShouldRefuse(
            RefusalKind.Conflict, "conflict: unable to delete 111111111111 (cannot be forced) - image has dependent child images");
    }

    [Fact]
    public void On_its_outcome_nothing_is_appended()
    {
        var gone = Image.Apply(Given.Busybox, new ImageRemoved(Given.Busybox.Id, "x", [], 0, Given.Now));
        RemoveImage.Decide(new RemoveImage("x", "busybox", false), new ImageUse(gone, [], [], []), Given.Now)
            .ShouldRefuse(RefusalKind.NotFound, "No such image: busybox");
    }

    [Fact]
    public void A_name_that_points_there_already_is_not_tagged_again()
    {
        var tag = new TagImage(Name, Given.Busybox.Id);
        var tagged = Reference.Apply(Reference.Absent, TagImage.Decide(tag, Reference.Absent, Given.Now).Event<ImageTagged>());
        TagImage.Decide(tag, tagged, Given.Now).ShouldBeOfType<Decision.Accepted>().Events.ShouldBeEmpty();
    }

    [Fact]
    public void A_pull_is_accepted_once_per_command()
    {
        var pull = new PullImage("x", Name, null);
        var requested = Reference.Apply(Reference.Absent, PullImage.Decide(pull, Reference.Absent, Given.Now).Event<ImagePullRequested>());
        PullImage.Decide(pull, requested, Given.Now).ShouldBeOfType<Decision.Accepted>().Events.ShouldBeEmpty();
        PullImage.Decide(pull with { CommandId = "y" }, requested, Given.Now).Event<ImagePullRequested>();
    }

    [Fact]
    public void A_push_sends_what_the_name_means_and_is_accepted_once_per_command()
    {
        var push = new PushImage("x", Name);
        var tagged = Reference.Apply(Reference.Absent, new ImageTagged(Name, Given.Busybox.Id, null, Given.Now));
        var requested = PushImage.Decide(push, tagged, Given.Now).Event<ImagePushRequested>();
        requested.ImageId.ShouldBe(Given.Busybox.Id);
        PushImage.Decide(push, Reference.Apply(tagged, requested), Given.Now).ShouldBeOfType<Decision.Accepted>().Events.ShouldBeEmpty();
        PushImage.Decide(push, Reference.Absent, Given.Now).ShouldBeOfType<Decision.Refused>().Reason.Kind.ShouldBe(RefusalKind.NotFound);
        PushImage.Decide(push with { Reference = "busybox@sha256:" + new string('a', 64) }, tagged, Given.Now)
            .ShouldBeOfType<Decision.Refused>().Reason.Message.ShouldBe("cannot push a digest reference");
    }

    private static object[] Accepted(string named, string[] references, Container[]? containers = null, bool force = false) =>
        Decide(named, references, containers, force).ShouldBeOfType<Decision.Accepted>().Events;

    private static Decision Decide(string named, string[] references, Container[]? containers = null, bool force = false) =>
        RemoveImage.Decide(new RemoveImage("x", named, force), new ImageUse(Given.Busybox, references, containers ?? [], []), Given.Now);
}
