namespace Shiplog.Server.Tests.Store;

/// <summary>What the running server may do to the log, tried with its own role.</summary>
public sealed class RunningAsTheServersRole(StoreFixture fixture)
{
    [Theory]
    [InlineData("update mt_events set data = '{}'")]
    [InlineData("delete from mt_events")]
    [InlineData("truncate mt_events")]
    [InlineData("truncate mt_events cascade")]
    [InlineData("delete from mt_streams")]
    [InlineData("truncate mt_streams cascade")]
    [InlineData("drop table mt_events")]
    [InlineData("alter table mt_events disable trigger all")]
    [InlineData("alter table mt_events add column x int")]
    [InlineData("create table shiplog.mine (x int)")]
    [InlineData("create table public.mine (x int)")]
    [InlineData("update reported_batch set number = 0")]
    [InlineData("delete from reported_batch")]
    [InlineData("set role shiplog_owner")]
    [InlineData("copy mt_events to program 'true'")]
    public async Task What_happened_cannot_be_changed(string sql)
    {
        await fixture.Store.CreateContainerAsync();
        var refused = await Should.ThrowAsync<InvalidOperationException>(() => fixture.Cluster.PsqlAsync(sql, "shiplog"));
        refused.Message.ShouldMatch("permission denied|must be owner|must be superuser");
    }

    [Fact]
    public async Task The_log_can_be_read_and_all_tables_belong_to_the_owner()
    {
        await fixture.Store.CreateContainerAsync();
        (await fixture.Cluster.PsqlAsync("select count(*) > 0 from events", "shiplog")).ShouldBe("t");
        (await fixture.Cluster.PsqlAsync(
            "select count(*) from pg_class c join pg_namespace n on n.oid = c.relnamespace " +
            "where n.nspname = 'shiplog' and pg_get_userbyid(c.relowner) <> 'shiplog_owner'")).ShouldBe("0");
    }

    [Fact]
    public async Task The_functions_run_with_the_callers_rights() => (await fixture.Cluster.PsqlAsync(
        "select count(*) from pg_proc p join pg_namespace n on n.oid = p.pronamespace where n.nspname = 'shiplog' and p.prosecdef")).ShouldBe("0");
}
