using System.Data.Common;
using System.Text;
using Marten;
using Npgsql;

namespace Shiplog.Server.Store;

/// <summary>Reads outside of any transaction, on pooled connections.</summary>
internal sealed class StoreReader(NpgsqlDataSource database, IDocumentStore store)
{
    /// <exception cref="StoreAwayException">PostgreSQL does not answer.</exception>
    public async Task<List<T>> QueryAsync<T>(string sql, Func<DbDataReader, T> row, CancellationToken cancellation, params object?[] parameters)
    {
        try
        {
            await using var connection = await database.OpenConnectionAsync(cancellation);
            await using var command = new NpgsqlCommand(sql, connection);
            foreach (var parameter in parameters)
                command.Parameters.Add(new NpgsqlParameter { Value = parameter ?? DBNull.Value });
            await using var reader = await command.ExecuteReaderAsync(cancellation);
            var rows = new List<T>();
            while (await reader.ReadAsync(cancellation))
                rows.Add(row(reader));
            return rows;
        }
        catch (Exception e) when (StoreFailures.IsAway(e))
        {
            throw StoreFailures.Away(e);
        }
    }

    /// <summary>Events by a query whose columns are their stored names and their bodies as text.</summary>
    /// <exception cref="StoreAwayException">PostgreSQL does not answer.</exception>
    public Task<List<object>> EventsAsync(string sql, CancellationToken cancellation, params object?[] parameters) => QueryAsync(
        sql, row => Event(row.GetString(0), row.GetString(1)), cancellation, parameters);

    private object Event(string name, string body)
    {
        using var json = new MemoryStream(Encoding.UTF8.GetBytes(body));
        return store.Options.Serializer().FromJson(
            EventNames.TypeOf(name) ?? throw new InvalidDataException($"no event is stored as {name}"), json);
    }

    /// <summary>Documents by a query whose first column is their JSON.</summary>
    /// <exception cref="StoreAwayException">PostgreSQL does not answer.</exception>
    public Task<List<T>> DocumentsAsync<T>(string sql, CancellationToken cancellation, params object?[] parameters) where T : class =>
        QueryAsync(sql, row => store.Options.Serializer().FromJson<T>(row, 0), cancellation, parameters);
}
