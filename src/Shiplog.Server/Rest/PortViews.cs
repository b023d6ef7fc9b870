using System.Net;
using Shiplog.Contracts.Views;
using Shiplog.Server.Store;

namespace Shiplog.Server.Rest;

/// <summary>Who had a port of a host, by the leases' own table: also of containers that are long gone.</summary>
internal sealed class PortViews(StoreReader reader)
{
    private const int Most = 1000;

    /// <summary>Latest first, at most 1,000.</summary>
    /// <param name="port">Only of this port.</param>
    /// <param name="protocol">Only of this protocol.</param>
    /// <param name="address">Only those by which it could be reached at this address of the host.</param>
    /// <param name="at">Only who had it at this time.</param>
    public Task<List<PortLeaseView>> ListAsync(int? port, string? protocol, IPAddress? address, DateTimeOffset? at, CancellationToken cancellation) => reader.QueryAsync(
        $"""
        select l.host, host(l.address), l.port, l.protocol, l.container_port, l.container_id, coalesce(c.data ->> 'name', ''),
          coalesce(c.data -> 'state' ->> 'imageReference', ''), coalesce(c.data ->> 'createdBy', ''), lower(l.during), upper(l.during),
          l.released_reason, l.command_id
        from port_lease l left join mt_doc_container c on c.id = 'container/' || l.container_id
        where ($1::integer is null or l.port = $1) and ($2 = '' or l.protocol = $2) and ($3::inet is null or l.address && $3)
          and ($4::timestamptz is null or l.during @> $4)
        order by lower(l.during) desc, l.port limit {Most}
        """,
        row => new PortLeaseView(
            row.GetString(0), row.GetString(1), row.GetInt32(2), row.GetString(3), row.GetInt32(4), row.GetString(5), row.GetString(6), row.GetString(7),
            row.GetString(8), row.GetFieldValue<DateTimeOffset>(9), row.IsDBNull(10) ? null : row.GetFieldValue<DateTimeOffset>(10),
            row.IsDBNull(11) ? null : row.GetString(11), row.GetString(12)),
        cancellation, port, (protocol ?? "").ToLowerInvariant(), address, at?.ToUniversalTime());
}
