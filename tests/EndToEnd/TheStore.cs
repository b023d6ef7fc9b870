using Shiplog.EndToEnd.Tests.Running;

namespace Shiplog.EndToEnd.Tests;

/// <summary>What the running role may do to the log of a real instance.</summary>
public sealed class TheStore(RunningInstance engine)
{
    [Theory]
    [InlineData("update shiplog.mt_events set type = 'forged'")]
    [InlineData("delete from shiplog.mt_events")]
    [InlineData("truncate shiplog.mt_events")]
    [InlineData("drop table shiplog.mt_events")]
    [InlineData("alter table shiplog.mt_events disable trigger all")]
    public async Task The_running_role_cannot_change_the_past(string sql)
    {
        var refusal = await engine.Database.AskAsync("shiplog", sql);
        refusal.ExitCode.ShouldNotBe(0);
        refusal.Error.ShouldMatch("permission denied|must be owner");
    }

    [Fact]
    public async Task A_commit_waits_for_the_disk()
    {
        (await engine.Database.AskAsync("shiplog", "show synchronous_commit")).Succeeded().Text.ShouldBe("on");
        (await engine.Database.AskAsync("shiplog", "show fsync")).Succeeded().Text.ShouldBe("on");
    }

    [Fact]
    public async Task PostgreSQL_listens_on_no_network() =>
        (await engine.Database.AskAsync("shiplog", "show listen_addresses")).Succeeded().Text.ShouldBe("");

    [Fact]
    public async Task The_server_runs_without_privileges()
    {
        var status = await File.ReadAllLinesAsync($"/proc/{engine.ProcessId("server")}/status", TestContext.Current.CancellationToken);
        status.ShouldContain("CapEff:\t0000000000000000");
        status.ShouldContain("CapBnd:\t0000000000000000");
        status.ShouldContain("NoNewPrivs:\t1");
        status.Single(l => l.StartsWith("Uid:", StringComparison.Ordinal)).Split('\t')[1..].ShouldAllBe(uid => uid != "0");
    }
}
