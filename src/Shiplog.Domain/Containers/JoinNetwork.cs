using Shiplog.Contracts.Orders;
using Shiplog.Domain.Containers.Rules;

namespace Shiplog.Domain.Containers;

/// <summary>A container in the network of another one.</summary>
public static class JoinNetwork
{
    /// <summary>The container whose network this one is to be in; <see langword="null"/> for none.</summary>
    public static string? HostOf(Container? guest) => NamespaceRules.ContainerOf(guest?.Host?.NetworkMode);

    /// <summary>The start as it was accepted, and at once as failed where the other's network cannot be joined now.</summary>
    /// <param name="host">The container whose network it is; <see cref="Container.Absent"/> where there is none.</param>
    public static Decision Decide(ContainerStartRequested intent, Container guest, Container host) => Fault(guest, host) is var (kind, error)
        ? StartContainer.FailAtOnce(intent, "JoinNetwork", kind, error)
        : Decision.Accept(intent);

    private static (FailureKind Kind, string Error)? Fault(Container guest, Container host) =>
        HostOf(guest) is var named && (named == guest.Name || named == guest.Id) ? (FailureKind.Invalid, "cannot join own network")
        : !host.Exists ? (FailureKind.NotFound, $"No such container: {named}")
        : host.Status is ContainerStatus.Restarting
        ? (FailureKind.Conflict, $"Container {named} is restarting, wait until the container is running")
        : !host.HasProcess ? (FailureKind.Conflict, $"cannot join network of a non running container: {named}")
        : null;
}
