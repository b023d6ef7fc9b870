using System.Net;
using Shiplog.Contracts.Views;
using Shiplog.Server.Store;

namespace Shiplog.Server.Rest;

/// <summary>Who had an address, by the leases' own table: also of containers and networks that are long gone.</summary>
internal sealed class AddressViews(StoreReader reader)
{
    private const int Most = 1000;

    /// <summary>Latest first, at most 1,000.</summary>
    /// <param name="address">Only of this address.</param>
    /// <param name="mac">Only of this hardware address, as <c>02:42:ac:11:00:02</c>.</param>
    /// <param name="at">Only who had it at this time.</param>
    public Task<List<AddressLeaseView>> ListAsync(IPAddress? address, string? mac, DateTimeOffset? at, CancellationToken cancellation) => reader.QueryAsync(
        $"""
        select host(l.address), l.mac_address, l.network_id, n.data -> 'state' ->> 'name', l.container_id, coalesce(c.data ->> 'name', ''),
          coalesce(c.data -> 'state' ->> 'imageReference', ''), coalesce(c.data ->> 'createdBy', ''), lower(l.during), upper(l.during),
          l.released_reason, l.command_id
        from ip_lease l
        left join mt_doc_container c on c.id = 'container/' || l.container_id
        left join mt_doc_network n on n.id = 'network/' || l.network_id
        where ($1::inet is null or l.address = $1) and ($2 = '' or l.mac_address = $2) and ($3::timestamptz is null or l.during @> $3)
        order by lower(l.during) desc limit {Most}
        """,
        row => new AddressLeaseView(
            row.GetString(0), row.GetString(1), row.GetString(2), row.IsDBNull(3) ? null : row.GetString(3), row.GetString(4), row.GetString(5),
            row.GetString(6), row.GetString(7), row.GetFieldValue<DateTimeOffset>(8), row.IsDBNull(9) ? null : row.GetFieldValue<DateTimeOffset>(9),
            row.IsDBNull(10) ? null : row.GetString(10), row.GetString(11)),
        cancellation, address, (mac ?? "").ToLowerInvariant(), at?.ToUniversalTime());
}
