using Shiplog.Contracts;

namespace Shiplog.EndToEnd.Tests.Running;

/// <summary>The instance's PostgreSQL, by psql.</summary>
internal sealed class Database(Instance instance)
{
    /// <summary>Asks as a role; the unix user root may take any of ours.</summary>
    public Task<Result> AskAsync(string role, string sql) => Command.RunAsync(
        "psql", ["-h", instance.PostgresSocketFolder, "-U", role, "-d", "shiplog", "-AtX", "-v", "ON_ERROR_STOP=1", "-c", sql]);

    /// <summary>Addresses and ports that are taken now, one per line.</summary>
    public async Task<string[]> OpenLeasesAsync() =>
        (await AskAsync("shiplog_owner", "select container_id || ' ' || host(address) from shiplog.ip_lease where upper_inf(during) union all " +
            "select container_id || ' ' || host(address) || ':' || port || '/' || protocol from shiplog.port_lease where upper_inf(during) order by 1"))
        .Succeeded().Output.Split('\n', StringSplitOptions.RemoveEmptyEntries);
}
