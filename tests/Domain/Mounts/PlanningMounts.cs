using Shiplog.Domain.Mounts;

namespace Shiplog.Domain.Tests.Mounts;

public sealed class PlanningMounts
{
    private static readonly string NewName = new('e', 64);

    [Fact]
    public void A_declared_path_gets_a_volume_of_its_own_unless_something_is_there_already()
    {
        var plan = Plan(RequestedMounts.None with { Binds = ["data:/data"], Tmpfs = new() { ["/tmp/"] = "" } }, ["/data", "/tmp", "/var/lib"]);
        plan.Points.Select(p => (p.Destination, p.Name, p.Anonymous)).ShouldBe([("/data", "data", false), ("/var/lib", NewName, true)]);
        plan.Volumes.Single(v => v.Anonymous).Labels.ShouldContainKey("com.docker.volume.anonymous");
    }

    [Fact]
    public void What_is_asked_for_goes_before_what_another_container_shares_which_is_never_taken_along()
    {
        var shared = Plan(RequestedMounts.None with { Binds = ["/host:/h", "one:/one"] }, ["/anonymous"]).Points;
        var plan = MountPlan.Make(RequestedMounts.None with { Binds = ["mine:/one"] }, [], [(shared, true)], () => NewName, out _).ShouldNotBeNull();
        plan.Points.Select(p => (p.Destination, p.Name, p.ReadOnly, p.Anonymous)).ShouldBe(
            [("/anonymous", NewName, true, false), ("/h", "", true, false), ("/one", "mine", false, false)]);
        plan.Volumes.Select(v => v.Name).ShouldBe(["mine"]);
    }

    [Theory]
    [InlineData("tmpfs", "/x", "", "Duplicate mount point: /data")]
    [InlineData("volume", "/data/", "", "Duplicate mount point: /data")]
    [InlineData("volume", "/y", "../up", "invalid mount config for type \"volume\": subpath must be a relative path within the volume")]
    public void Two_things_in_one_place_and_ways_out_of_a_volume_are_refused(string type, string target, string subpath, string message)
    {
        var mount = new MountRequest(type, type is "volume" ? "vol" : "", target, false, "", null, subpath is "" ? null : new VolumeRequest(false, [], "", [], subpath), null);
        var asked = RequestedMounts.None with { Binds = ["/a:/data"], Mounts = [mount], Tmpfs = type is "tmpfs" ? new() { ["/data"] = "" } : [] };
        MountPlan.Make(asked, [], [], () => NewName, out var error).ShouldBeNull();
        error.ShouldBe(message);
    }

    [Theory]
    [InlineData("", "noexec,nosuid,nodev")]
    [InlineData("exec,size=64k,mode=1777", "exec,nosuid,nodev,size=64k,mode=1777")]
    [InlineData("ro,rw,size=1,size=2", "noexec,nosuid,nodev,rw,size=2")]
    [InlineData("bogus", null)]
    [InlineData("size=", null)]
    [InlineData("huge=always", null)]
    public void Of_options_of_a_tmpfs_the_last_of_a_kind_counts(string options, string? merged)
    {
        var parsed = TmpfsOptions.Parse(options, out var error);
        (parsed is null ? null : string.Join(',', parsed)).ShouldBe(merged);
        error.ShouldBe(merged is null ? $"invalid tmpfs option \"{options}\"" : "");
    }

    private static MountPlan Plan(RequestedMounts asked, string[] declared) =>
        MountPlan.Make(asked, declared, [], () => NewName, out var error).ShouldNotBeNull(error);
}
