using Shiplog.Contracts.Orders;
using Shiplog.Domain.Containers;
using Shiplog.Server.DockerApi;
using Shiplog.Server.Orders;

namespace Shiplog.Server.Containers;

/// <summary>PUT /containers/{id}/archive: <c>docker cp</c> into a container. The archive goes to the worker as it comes.</summary>
internal sealed class WriteContainerFilesEndpoint(ContainerFiles files, IWorker worker, InFlight inFlight, TimeProvider time) : IDockerEndpoint
{
    public async Task HandleAsync(DockerRequest request)
    {
        var path = ContainerFiles.PathOf(request);
        var context = request.NewCommand();
        var command = new WriteContainerFiles(context.CommandId, path, request.Flag("noOverwriteDirNonDir"), request.Flag("copyUIDGID"));
        var id = await files.Commands.IdOfAsync(request.Name, request.Cancellation);
        using var flight = inFlight.Enter(context.CommandId);
        var container = Container.Absent;
        await files.Commands.AcceptAsync<ContainerFilesWriteRequested>(
            id, c => WriteContainerFiles.Decide(command, container = c, time.GetUtcNow()), context);
        try
        {
            using var answer = await WorkerStream.PutAsync(
                worker, WorkerStreams.Archive(id) + Query(command, container), request.Http.Request.Body, request.Cancellation);
        }
        catch (DockerException e) when (e.Status == 404)
        {
            throw ContainerFiles.CouldNotFind(path, request.Name);
        }
    }

    private static string Query(WriteContainerFiles command, Container container)
    {
        static int Bit(bool flag) => flag ? 1 : 0;
        var user = command.CopyUidGid ? container.Config?.User ?? "" : "";
        return $"?commandId={command.CommandId}&image={container.ImageId}&path={Uri.EscapeDataString(command.Path)}&user={Uri.EscapeDataString(user)}" +
            $"&keepKinds={Bit(command.NoOverwriteDirNonDir)}&devices={Bit(Capabilities.MayMakeDevices(container.Host))}";
    }
}
