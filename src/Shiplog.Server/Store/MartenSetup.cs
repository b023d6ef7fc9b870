using JasperFx;
using JasperFx.Events;
using JasperFx.Events.Daemon;
using JasperFx.Events.Projections;
using Marten;
using Npgsql;
using Shiplog.Contracts;
using Weasel.Core;

namespace Shiplog.Server.Store;

/// <summary>How the log is kept.</summary>
internal static class MartenSetup
{
    /// <summary>The schema of all tables.</summary>
    public const string Schema = "shiplog";

    /// <summary>The database and the role that the server runs as; another role owns the schema.</summary>
    public const string Database = "shiplog", RunningRole = "shiplog";

    /// <summary>
    /// Connections to the instance's own PostgreSQL. Statements are prepared on their second use; a server that is away is
    /// noticed within two seconds.
    /// </summary>
    public static NpgsqlDataSource DataSource(Instance instance, ILoggerFactory? loggers = null)
    {
        var builder = new NpgsqlDataSourceBuilder(new NpgsqlConnectionStringBuilder
        {
            Host = instance.PostgresSocketFolder,
            Database = Database,
            Username = RunningRole,
            ApplicationName = "shiplog-server",
            Timeout = 2,
            CommandTimeout = 10,
            CancellationTimeout = 2000,
            MaxPoolSize = 20,
            MaxAutoPrepare = 100,
            AutoPrepareMinUsages = 2,
            NoResetOnClose = true,
            SslMode = SslMode.Disable,
            SearchPath = Schema,
            // For the projections, which a power cut sets back and the log makes whole. The log itself is written by Pen,
            // which waits for the disk.
            Options = "-c synchronous_commit=off",
        }.ConnectionString);
        builder.UseLoggerFactory(loggers);
        return builder.Build();
    }

    public static void Configure(StoreOptions options, NpgsqlDataSource database, TimeProvider time)
    {
        options.Connection(database);
        options.DatabaseSchemaName = Schema;
        options.AutoCreateSchemaObjects = AutoCreate.None;
        options.DisableNpgsqlLogging = true;
        // Whoever waits is told at once that PostgreSQL is away; what is tried again is decided by us, where it is safe (Pen).
        options.ConfigurePolly(_ => { });
        options.ConfigureWritePolly(_ => { });
        options.UseSystemTextJsonForSerialization(EnumStorage.AsString, Casing.CamelCase);
        ConfigureEvents(options, time);
        ConfigureDocuments(options);
        ConfigureProjections(options);
    }

    private static void ConfigureEvents(StoreOptions options, TimeProvider time)
    {
        var events = options.Events;
        events.StreamIdentity = StreamIdentity.AsString;
        events.AppendMode = EventAppendMode.QuickWithServerTimestamps;
        events.UseMandatoryStreamTypeDeclaration = true;
        events.MetadataConfig.EnableAll();
        events.MetadataConfig.UserNameEnabled = true;
        events.TimeProvider = time;
        EventNames.Register(events);
    }

    private static void ConfigureDocuments(StoreOptions options)
    {
        options.Schema.For<ContainerSnapshot>().DocumentAlias("container").Index(c => c.Name, index =>
        {
            index.Name = "container_name_in_use";
            index.IsUnique = true;
            index.Predicate = "not (data ->> 'removed')::boolean";
        });
        options.Schema.For<ImageSnapshot>().DocumentAlias("image");
        options.Schema.For<ReferenceSnapshot>().DocumentAlias("reference");
        options.Schema.For<NetworkSnapshot>().DocumentAlias("network");
        options.Schema.For<VolumeSnapshot>().DocumentAlias("volume");
        options.Schema.For<ContainerHistory>().DocumentAlias("container_history");
        options.Schema.For<ImageHistory>().DocumentAlias("image_history");
    }

    private static void ConfigureProjections(StoreOptions options)
    {
        var projections = options.Projections;
        projections.Add(new ContainerProjection(), ProjectionLifecycle.Inline);
        projections.Add(new ImageProjection(), ProjectionLifecycle.Inline);
        projections.Add(new ReferenceProjection(), ProjectionLifecycle.Inline);
        projections.Add(new NetworkProjection(), ProjectionLifecycle.Inline);
        projections.Add(new VolumeProjection(), ProjectionLifecycle.Inline);
        projections.Add(new OpenCommandProjection(), ProjectionLifecycle.Inline);
        projections.Add(new IpLeaseProjection(), ProjectionLifecycle.Inline);
        projections.Add(new PortLeaseProjection(), ProjectionLifecycle.Inline);
        projections.AsyncMode = DaemonMode.ExternallyManaged;
        // It is woken by commits (CommitWakeup); this is for what was left when the server ended.
        projections.SlowPollingTime = TimeSpan.FromSeconds(5);
        projections.Add(new ContainerHistoryProjection(), ProjectionLifecycle.Async);
        projections.Add(new ImageHistoryProjection(), ProjectionLifecycle.Async);
        // A view that skipped an event it could not read would be wrong without a word.
        projections.Errors.SkipApplyErrors = false;
        projections.Errors.SkipSerializationErrors = false;
        projections.Errors.SkipUnknownEvents = false;
        projections.RebuildErrors.SkipApplyErrors = false;
        projections.RebuildErrors.SkipSerializationErrors = false;
        projections.RebuildErrors.SkipUnknownEvents = false;
    }
}
