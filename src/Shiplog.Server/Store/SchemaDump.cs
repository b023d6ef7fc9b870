using Marten;
using Npgsql;

namespace Shiplog.Server.Store;

/// <summary>The part of the database's schema that Marten derives from its configuration.</summary>
internal static class SchemaDump
{
    private const string Heading =
        "-- Made by `Shiplog.Server db-dump` from the configuration of the event store; a test compares. Do not edit.\n\n";

    /// <summary>As kept in <c>db/schema.sql</c>. Needs no database.</summary>
    public static string Sql()
    {
        using var database = NpgsqlDataSource.Create("Host=none");
        using var store = DocumentStore.For(options => MartenSetup.Configure(options, database, TimeProvider.System));
        var lines = store.Storage.ToDatabaseScript().ReplaceLineEndings("\n").Split('\n').Select(line => line.TrimEnd());
        return Heading + string.Join('\n', lines).Trim('\n') + "\n";
    }

    public static int Write(TextWriter output)
    {
        output.Write(Sql());
        return 0;
    }
}
