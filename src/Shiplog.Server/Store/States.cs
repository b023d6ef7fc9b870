using Marten;
using Npgsql;
using Shiplog.Domain.Containers;
using Shiplog.Domain.Images;
using Shiplog.Domain.Networks;
using Shiplog.Domain.Volumes;

namespace Shiplog.Server.Store;

/// <summary>States and streams within a writing session.</summary>
internal static class States
{
    public static TState Absent<TState>() where TState : class => (TState?)Absent(typeof(TState))
        ?? throw new NotSupportedException($"no stream has the state {typeof(TState)}");

    /// <summary>The state before the first event; <see langword="null"/> for streams without a state.</summary>
    public static object? Absent(Type state) =>
        state == typeof(Container) ? Container.Absent
        : state == typeof(Image) ? Image.Absent
        : state == typeof(Reference) ? Reference.Absent
        : state == typeof(Network) ? Network.Absent
        : state == typeof(Volume) ? Volume.Absent
        : null;

    public static object Apply(object state, object @event) => state switch
    {
        Container s => Container.Apply(s, @event),
        Image s => Image.Apply(s, @event),
        Reference s => Reference.Apply(s, @event),
        Network s => Network.Apply(s, @event),
        Volume s => Volume.Apply(s, @event),
        _ => throw new NotSupportedException($"{state.GetType()} is not the state of a stream"),
    };

    /// <summary>The stream's state; <see langword="null"/> where it has no event. The session keeps it for the projection.</summary>
    public static async Task<TState?> LoadStateAsync<TState>(this IDocumentSession session, string stream) where TState : class =>
        (TState?)await session.LoadStateAsync(stream);

    public static async Task<object?> LoadStateAsync(this IDocumentSession session, string stream)
    {
        var type = Streams.TypeOf(stream);
        if (type == typeof(Container))
            return (await session.LoadAsync<ContainerSnapshot>(stream))?.State;
        if (type == typeof(Image))
            return (await session.LoadAsync<ImageSnapshot>(stream))?.State;
        if (type == typeof(Reference))
            return (await session.LoadAsync<ReferenceSnapshot>(stream))?.State;
        if (type == typeof(Network))
            return (await session.LoadAsync<NetworkSnapshot>(stream))?.State;
        if (type == typeof(Volume))
            return (await session.LoadAsync<VolumeSnapshot>(stream))?.State;
        return null;
    }

    /// <summary>Appends to streams that may or may not exist, in the order given.</summary>
    public static async Task AppendAllAsync(this IDocumentSession session, IReadOnlyList<(string Stream, object Event)> events)
    {
        foreach (var group in events.GroupBy(e => e.Stream))
            session.AppendTo(group.Key, !await session.ExistsAsync(group.Key), [.. group.Select(e => e.Event)]);
    }

    /// <param name="isNew">The stream has no event yet; its type is declared with the first.</param>
    public static void AppendTo(this IDocumentSession session, string stream, bool isNew, object[] events)
    {
        if (isNew)
            session.Events.StartStream(Streams.TypeOf(stream), stream, events);
        else
            session.Events.Append(stream, events);
    }

    private static async Task<bool> ExistsAsync(this IDocumentSession session, string stream)
    {
        if (Absent(Streams.TypeOf(stream)) is not null)
            return await session.LoadStateAsync(stream) is not null;
        await using var command = new NpgsqlCommand("select 1 from mt_streams where id = $1", session.Connection);
        command.Parameters.Add(new NpgsqlParameter { Value = stream });
        return await command.ExecuteScalarAsync() is not null;
    }
}
