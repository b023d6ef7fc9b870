using Shiplog.Contracts.Orders;
using Shiplog.Domain;
using Shiplog.Domain.Builds;
using Shiplog.Domain.Images;
using Shiplog.Server.Containers;
using Shiplog.Server.DockerApi;
using Shiplog.Server.Orders;
using Shiplog.Server.Store;

namespace Shiplog.Server.Builds;

/// <summary>POST /build, as the docker CLI sends it to the classic builder.</summary>
internal sealed class BuildImageEndpoint(
    BuildSteps steps, BaseImages bases, BuildContext context, IEventLog log, InFlight inFlight, TimeProvider time) : IDockerEndpoint
{
    public async Task HandleAsync(DockerRequest request)
    {
        var asked = BuildRequest.Read(request);
        var command = request.NewCommand();
        var output = new BuildOutput(request, asked.Quiet);
        using var flight = inFlight.Enter(command.CommandId);
        var began = time.GetUtcNow();
        await AppendAsync(new ImageBuildRequested(command.CommandId, asked.References, asked.Dockerfile, asked.Options, began), command);
        BuildRun? run = null;
        try
        {
            var (file, received) = await context.ReceiveAsync(command.CommandId, asked, request);
            await AppendAsync(received, command);
            run = new BuildRun(steps, bases, file, asked, command.CommandId, output, request, time);
            var imageId = await run.RunAsync();
            foreach (var reference in asked.References)
                await TagAsync(reference, imageId, command);
            await AppendAsync(new ImageBuildCompleted(command.CommandId, imageId, asked.References, run.Total, run.Cached, began, time.GetUtcNow()), command);
            await output.EndAsync(imageId, [.. asked.References.Select(r => ImageReference.Parse(r).Familiar)]);
        }
        catch (Exception e)
        {
            await FailAsync(e, run, command, output, request);
        }
        finally
        {
            await context.DropAsync(command.CommandId);
        }
    }

    private async Task TagAsync(string reference, string imageId, CommandContext command) => ContainerCommands.Accepted<ImageTagged>(
        await log.DecideAsync<Reference>(
            Streams.Reference(reference), r => TagImage.Decide(new TagImage(reference, imageId), r, time.GetUtcNow()), command, CancellationToken.None));

    private async Task FailAsync(Exception e, BuildRun? run, CommandContext command, BuildOutput output, DockerRequest request)
    {
        var gone = e is OperationCanceledException && request.Cancellation.IsCancellationRequested;
        var (kind, message) = e switch
        {
            BuildException b => (b.Kind, b.Message),
            _ when gone => (FailureKind.Interrupted, "cancelled: the client went"),
            WorkerAwayException => (FailureKind.Unavailable, e.Message),
            _ => (FailureKind.Internal, DockerErrors.Of(e).Message),
        };
        // With the store away there is no way to say it; the open build is failed when it is back.
        if (e is not StoreAwayException)
        {
            await AppendAsync(
                new ImageBuildFailed(
                    command.CommandId, kind.ToString(), message, run?.Failed?.Step, run?.Failed?.Instruction.Original, (e as BuildException)?.ExitCode, time.GetUtcNow()),
                command);
        }
        if (gone)
            return;
        if (!request.Response.HasStarted)
            throw e is BuildException ? new DockerException(DockerErrors.StatusOf(kind), message) : e;
        await output.FailAsync(message, (e as BuildException)?.ExitCode);
    }

    private Task AppendAsync(object @event, CommandContext command) =>
        log.AppendAsync([(Streams.Build(command.CommandId), @event)], command, CancellationToken.None);
}
