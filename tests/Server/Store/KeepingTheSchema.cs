using Shiplog.Server.Store;

namespace Shiplog.Server.Tests.Store;

public sealed class KeepingTheSchema(StoreFixture fixture)
{
    [Fact]
    public void The_schema_as_SQL_is_what_the_configuration_asks_for()
    {
        var file = Path.Combine(Cluster.Repository, "db", "schema.sql");
        File.ReadAllText(file).ShouldBe(SchemaDump.Sql(), "db/schema.sql is out of date: dotnet run --project src/Shiplog.Server -- db-dump > db/schema.sql, and add a migration");
    }

    [Fact]
    public async Task Applying_it_again_keeps_the_log_and_changes_nothing()
    {
        await fixture.Store.CreateContainerAsync();
        var before = await StateAsync();
        await Cluster.RunAsync(Path.Combine(Cluster.Repository, "db", "apply"), fixture.Cluster.Instance.PostgresSocketFolder);
        (await fixture.Cluster.PsqlAsync("select version from schema_version")).ShouldBe("2");
        (await StateAsync()).ShouldBe(before);
    }

    [Theory]
    [InlineData("select count(*) from containers where name is not null and status is not null")]
    [InlineData("select count(*) from container_events where type = 'container_created'")]
    [InlineData("select count(*) from events where actor = 'unix:root' and cause = 'request' and at <= recorded_at + interval '1 minute'")]
    public async Task The_views_answer(string sql)
    {
        await fixture.Store.CreateContainerAsync();
        int.Parse(await fixture.Cluster.PsqlAsync(sql), System.Globalization.CultureInfo.InvariantCulture).ShouldBeGreaterThan(0);
    }

    [Fact]
    public async Task The_view_of_commands_tells_how_each_ended()
    {
        var (id, _) = await fixture.Store.CreateContainerAsync();
        var start = await fixture.Store.RequestStartAsync(id);
        (await fixture.Cluster.PsqlAsync($"select intent, outcome from commands where command_id = '{start.CommandId}'")).ShouldBe("container_start_requested|");
        await fixture.Store.Facts.RecordAsync(Samples.Batch(start.CommandId, null, Samples.StartReports(id, start)), TestStore.Cancellation);
        (await fixture.Cluster.PsqlAsync($"select intent, outcome from commands where command_id = '{start.CommandId}'"))
            .ShouldBe("container_start_requested|container_started");
    }

    private Task<string> StateAsync() => fixture.Cluster.PsqlAsync(
        "select string_agg(oid::text || relname, ',' order by oid) from pg_class where relnamespace = 'shiplog'::regnamespace and relkind in ('r', 'i', 'S')");
}
