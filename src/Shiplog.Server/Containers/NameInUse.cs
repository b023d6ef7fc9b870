using Shiplog.Domain.Containers;
using Shiplog.Server.DockerApi;
using Shiplog.Server.Store;

namespace Shiplog.Server.Containers;

/// <summary>Docker's words for a name that another container has.</summary>
internal static class NameInUse
{
    public static async Task<DockerException> ByAsync(IEventLog log, string wanted, string prefix = "")
    {
        var name = ContainerName.TryParse(wanted, out var parsed) ? parsed : wanted;
        var owner = await log.FindContainerAsync(name, CancellationToken.None);
        return DockerException.Conflict(
            $"{prefix}Conflict. The container name \"/{name}\" is already in use by container \"{owner?.Id}\". " +
            "You have to remove (or rename) that container to be able to reuse that name.");
    }
}
