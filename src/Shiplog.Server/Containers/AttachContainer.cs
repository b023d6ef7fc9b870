using Shiplog.Contracts;
using Shiplog.Contracts.Orders;
using Shiplog.Domain.Containers;
using Shiplog.Server.DockerApi;
using Shiplog.Server.Orders;

namespace Shiplog.Server.Containers;

/// <summary>POST /containers/{id}/attach: the client's connection joined with the worker's, which speaks Docker's stream format.</summary>
internal sealed class AttachContainerEndpoint(
    ContainerCommands commands, IWorker worker, Instance instance, TimeProvider time, ILogger<AttachContainerEndpoint> log) : IDockerEndpoint
{
    public async Task HandleAsync(DockerRequest request)
    {
        var connection = request.Http.Features.Get<DockerConnection>()
            ?? throw new InvalidOperationException("the docker socket listens without UseDockerStreams");
        var id = await commands.IdOfAsync(request.Name, request.Cancellation);
        var command = new AttachContainer(
            request.Flag("stdin"), request.Flag("stdout"), request.Flag("stderr"), RecordingQuery.NewId(), instance.Settings.RecordSessions);
        var container = Container.Absent;
        var attached = await commands.AcceptAsync<ContainerAttached>(id, c => AttachContainer.Decide(command, container = c, time.GetUtcNow()), request.NewCommand());
        var tty = container.Config is { Tty: true };
        using var stream = await WorkerAttachment.OpenAsync(worker, WorkerStreams.Attach(id) + Query(request, command, tty) + Recorded(attached, container), request.Cancellation);
        var client = connection.Hijack();
        await client.Output.WriteAsync(HijackAnswer.Of(request, tty));
        await Splice.RunAsync(client, stream, log);
    }

    private static string Recorded(ContainerAttached? attached, Container c) => RecordingQuery.Of(
        attached?.Recording, c.Program(), (c.Host?.ConsoleWidth ?? 0, c.Host?.ConsoleHeight ?? 0));

    private static string Query(DockerRequest request, AttachContainer command, bool tty)
    {
        static int Bit(bool flag) => flag ? 1 : 0;
        return $"?stdin={Bit(command.Stdin)}&stdout={Bit(command.Stdout)}&stderr={Bit(command.Stderr)}&stream={Bit(request.Flag("stream"))}" +
            $"&logs={Bit(request.Flag("logs"))}&tty={Bit(tty)}&detachKeys={Uri.EscapeDataString(request.Query("detachKeys") ?? "")}";
    }
}
