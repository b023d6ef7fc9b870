using Shiplog.Domain;
using Shiplog.Domain.Containers;
using Shiplog.Domain.Images;
using Shiplog.Domain.Networks;
using Shiplog.Domain.Volumes;

namespace Shiplog.Server.Store;

/// <summary>Who asks, why, and under which ids: the metadata of every event that comes of it.</summary>
/// <param name="CommandId">Names the accepted command; its outcome carries it too. Becomes the events' causation id.</param>
/// <param name="Actor"><c>unix:root</c>, or <c>system</c>.</param>
/// <param name="Cause"><c>request</c>, <c>auto-remove</c>, <c>recovery</c>, …</param>
/// <param name="CorrelationId">One for all that one request brings about.</param>
internal sealed record CommandContext(string CommandId, string Actor, string Cause, string CorrelationId);

/// <summary>The event store as the slices see it: read a state, decide, append.</summary>
internal interface IEventLog
{
    /// <summary>
    /// Reads the stream's state, lets <paramref name="decide"/> judge it and appends what it accepts, in one transaction,
    /// one decision at a time per stream.
    /// </summary>
    /// <exception cref="StoreAwayException">PostgreSQL does not answer.</exception>
    Task<Decision> DecideAsync<TState>(
        string stream, Func<TState, Decision> decide, CommandContext context, CancellationToken cancellation) where TState : class;

    /// <summary>Appends to several streams in one transaction; takes their locks in order.</summary>
    /// <exception cref="StoreAwayException">PostgreSQL does not answer.</exception>
    Task AppendAsync(IReadOnlyList<(string Stream, object Event)> events, CommandContext context, CancellationToken cancellation);

    /// <summary>By full id, exact name, or unambiguous id prefix, in this order; removed ones are not found.</summary>
    /// <exception cref="AmbiguousIdException">More than one id begins so.</exception>
    Task<Container?> FindContainerAsync(string idOrName, CancellationToken cancellation);

    /// <summary>A program beside a container's own, and its container; those of removed containers are not found.</summary>
    Task<(Container Container, Exec Exec)?> FindExecAsync(string execId, CancellationToken cancellation);

    /// <summary>All that are not removed, newest first.</summary>
    Task<IReadOnlyList<Container>> ListContainersAsync(CancellationToken cancellation);

    /// <summary>By reference, id, or unambiguous id prefix; only images whose content is on the host.</summary>
    /// <exception cref="AmbiguousIdException">More than one id begins so.</exception>
    Task<Image?> FindImageAsync(string referenceOrId, CancellationToken cancellation);

    /// <summary>All whose content is on the host, newest first.</summary>
    Task<IReadOnlyList<Image>> ListImagesAsync(CancellationToken cancellation);

    /// <summary>All names that point to an image.</summary>
    Task<IReadOnlyList<Reference>> ListReferencesAsync(CancellationToken cancellation);

    /// <summary>By name or id.</summary>
    Task<Network?> FindNetworkAsync(string nameOrId, CancellationToken cancellation);

    /// <summary>All of them.</summary>
    Task<IReadOnlyList<Network>> ListNetworksAsync(CancellationToken cancellation);

    /// <summary>
    /// As <see cref="DecideAsync"/> on a container's stream for a start: chooses a free address of each of its networks, and free ports
    /// of the host, leases them in the same transaction (the exclusion constraints decide a race) and hands the addresses to
    /// <paramref name="decide"/>.
    /// </summary>
    /// <param name="bridge">The default network; <see langword="null"/> where the container needs no address of it.</param>
    /// <param name="busy">Ports of the host that have been found to be other programs'.</param>
    /// <exception cref="NoFreeAddressException">The pool is exhausted.</exception>
    /// <exception cref="AddressInUseException">Another container has the address that this one is to have.</exception>
    Task<Decision> DecideStartAsync(
        string containerId, Network? bridge, Func<Container, IReadOnlyList<NetworkEndpoint>, Decision> decide, CommandContext context,
        CancellationToken cancellation, IReadOnlyCollection<PublishPorts.Taken>? busy = null);
}

/// <summary>The log of networks, which are looked at together, and with the containers that are in them.</summary>
internal interface INetworkLog
{
    /// <summary>As <see cref="IEventLog.DecideAsync"/> on the stream of a network that does not exist yet, with all that do.</summary>
    Task<Decision> DecideCreateNetworkAsync(
        string networkId, Func<IReadOnlyList<Network>, Decision> decide, CommandContext context, CancellationToken cancellation);

    /// <summary>As <see cref="IEventLog.DecideAsync"/> on a network's stream, with the ids of the containers that have a place in it.</summary>
    Task<Decision> DecideNetworkAsync(
        string networkId, Func<Network, IReadOnlyList<string>, Decision> decide, CommandContext context, CancellationToken cancellation);

    /// <summary>
    /// As <see cref="IEventLog.DecideAsync"/> on a container's stream, with a network that it is to be in: where the container runs an
    /// address is leased, as for a start.
    /// </summary>
    /// <exception cref="NoFreeAddressException">The pool is exhausted.</exception>
    /// <exception cref="AddressInUseException">Another container has the address that this one is to have.</exception>
    Task<Decision> DecideConnectAsync(
        string containerId, NetworkAttachment wanted, Func<Container, Network, NetworkEndpoint?, Decision> decide, CommandContext context,
        CancellationToken cancellation);
}

/// <summary>The log of volumes, which are looked at together with the containers that mount them.</summary>
internal interface IVolumeLog
{
    /// <summary>
    /// As <see cref="IEventLog.DecideAsync"/> on the stream of a container that does not exist yet, with the states of the volumes
    /// that it is to mount; what is accepted of volumes is appended to their streams, in the same transaction.
    /// </summary>
    Task<Decision> DecideCreateAsync(
        string containerId, IReadOnlyCollection<string> volumes, Func<Container, IReadOnlyDictionary<string, Volume>, Decision> decide,
        CommandContext context, CancellationToken cancellation);

    /// <summary>As <see cref="IEventLog.DecideAsync"/> on a volume's stream, with the ids of the containers that mount it.</summary>
    Task<Decision> DecideVolumeAsync(
        string name, Func<Volume, IReadOnlyList<string>, Decision> decide, CommandContext context, CancellationToken cancellation);

    /// <summary>One that can be mounted: neither being made nor being removed.</summary>
    Task<Volume?> FindVolumeAsync(string name, CancellationToken cancellation);

    /// <summary>All that can be mounted, by name.</summary>
    Task<IReadOnlyList<Volume>> ListVolumesAsync(CancellationToken cancellation);
}

/// <summary>
/// PostgreSQL does not answer; nothing was appended. Only where the connection broke in the middle of a commit can it have
/// been, which the next connection finds out; an intent that was is then driven by the recovery.
/// </summary>
internal sealed class StoreAwayException(string message, Exception inner) : Exception(message, inner);

/// <summary>An id prefix fits more than one thing.</summary>
internal sealed class AmbiguousIdException(string message) : Exception(message);

/// <summary>No address of the network is free.</summary>
internal sealed class NoFreeAddressException(string message) : Exception(message);

/// <summary>The address that was asked for is another container's.</summary>
internal sealed class AddressInUseException(string message) : Exception(message);
