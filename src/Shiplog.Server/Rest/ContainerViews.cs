using System.Data.Common;
using Marten;
using Shiplog.Contracts.Views;
using Shiplog.Domain.Containers;
using Shiplog.Server.Store;

namespace Shiplog.Server.Rest;

/// <summary>Containers as REST shows them, the removed ones included: their state at once, what came of them milliseconds later.</summary>
internal sealed class ContainerViews(StoreReader reader, IDocumentStore store)
{
    private const string Select =
        "select s.data, h.data from mt_doc_container s left join mt_doc_container_history h on h.id = s.id";

    /// <summary>Newest first.</summary>
    /// <param name="removed">With those that are no more.</param>
    public Task<List<ContainerView>> ListAsync(bool removed, CancellationToken cancellation) => reader.QueryAsync(
        $"{Select} where $1 or not (s.data ->> 'removed')::boolean order by s.data -> 'state' ->> 'createdAt' desc", Read, cancellation, removed);

    /// <summary>By id, name (also a last one), or id prefix; a living container goes before a removed one, a later before an earlier.</summary>
    /// <exception cref="AmbiguousIdException">It is the beginning of more than one id.</exception>
    public async Task<ContainerView?> FindAsync(string idOrName, CancellationToken cancellation)
    {
        var name = idOrName.TrimStart('/');
        var found = await reader.QueryAsync(
            $"""
            {Select} where s.id = $1 or s.data ->> 'name' = $2 or (s.id like $3 and $2 ~ '^[0-9a-f]+$')
            order by s.id = $1 desc, s.data ->> 'name' = $2 desc, (s.data ->> 'removed')::boolean, s.data -> 'state' ->> 'createdAt' desc limit 2
            """, Read, cancellation, Streams.Container(name), name, Streams.Container(name.Replace("%", "", StringComparison.Ordinal)) + "%");
        return found switch
        {
            [] => null,
            [var one] => one,
            [var first, ..] when first.Id == name || first.Name == name => first,
            _ => throw new AmbiguousIdException($"more than one container has an id that begins with {name}; give more of it"),
        };
    }

    private ContainerView Read(DbDataReader row)
    {
        var serializer = store.Options.Serializer();
        var snapshot = serializer.FromJson<ContainerSnapshot>(row, 0);
        var history = row.IsDBNull(1) ? null : serializer.FromJson<ContainerHistory>(row, 1);
        var c = snapshot.State;
        var endpoint = c.Endpoint ?? c.LastEndpoint;
        return new ContainerView(
            c.Id, c.Name, c.ImageReference, c.ImageId, string.Join(' ', c.Program()), StateOf(c), c.FinishedAt is null || c.HasProcess ? null : c.ExitCode,
            c.Error is "" ? null : c.Error, c.CreatedAt, c.StartedAt, c.FinishedAt, c.RemovedAt, endpoint?.Address,
            endpoint?.NetworkName ?? c.Host?.NetworkMode, endpoint?.MacAddress, snapshot.CreatedBy,
            [.. history?.Commits.Select(m => m.ImageId) ?? []], snapshot.Host);
    }

    /// <summary>In Docker's words, and <c>removed</c>.</summary>
    public static string StateOf(Container c) => c.Status switch
    {
        ContainerStatus.Created => "created",
        ContainerStatus.Running => "running",
        ContainerStatus.Paused => "paused",
        ContainerStatus.Restarting => "restarting",
        ContainerStatus.Removing => "removing",
        ContainerStatus.Exited => "exited",
        ContainerStatus.Dead => "dead",
        ContainerStatus.Removed => "removed",
        _ => "absent",
    };
}
