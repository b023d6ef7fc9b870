using System.IO.Pipelines;
using System.Net.Sockets;
using System.Text;
using Shiplog.Contracts;
using Shiplog.Contracts.Orders;
using Shiplog.Domain.Containers;
using Shiplog.Server.DockerApi;
using Shiplog.Server.DockerApi.Dto;
using Shiplog.Server.Orders;
using Shiplog.Server.Store;
using StartExec = Shiplog.Domain.Containers.StartExec;

namespace Shiplog.Server.Containers;

/// <summary>POST /exec/{id}/start: the client's connection becomes the program's streams, unless it detaches.</summary>
internal sealed class StartExecEndpoint(
    IEventLog events, ContainerCommands commands, ExecInputs inputs, IWorker worker, Instance instance, TimeProvider time, ILogger<StartExecEndpoint> log)
    : IDockerEndpoint
{
    public async Task HandleAsync(DockerRequest request)
    {
        var body = await request.ReadJsonAsync(DockerJson.Default.StartExecBody) ?? new StartExecBody();
        var (container, exec) = await events.FindExecAsync(request.Name, request.Cancellation) ?? throw DockerException.NoSuchExec(request.Name);
        var input = inputs.Of(exec);
        if (body.Tty is true && ConsoleSize.Of(body.ConsoleSize, request.Version) is { Width: > 0 } size)
            input = input with { Console = size };
        var context = request.NewCommand();
        var command = new StartExec(
            context.CommandId, exec.Id, body.Detach ?? false, RecordingQuery.NewId(), instance.Settings.RecordSessions);
        var intent = await commands.AcceptAsync<ExecStartRequested>(
            container.Id, c => StartExec.Decide(command, c, exec.Status == ExecStatus.Ended ? exec : c.Exec(exec.Id), time.GetUtcNow()), context)
            ?? throw new InvalidOperationException($"exec {exec.Id} was started by a command that is new");
        inputs.Forget(exec.Id);
        var order = OrderFactory.Exec(exec, intent, input.Env, input.Console);
        if (!command.Detach)
            await AttachAsync(order, exec, intent.Recording, raw: body.Tty ?? false, request);
        else
            await commands.CarryOutAsync(order);
    }

    /// <param name="raw">The client takes bytes as they come, which says nothing about the program's terminal.</param>
    private async Task AttachAsync(Contracts.Orders.StartExec order, Exec exec, SessionRecording? recording, bool raw, DockerRequest request)
    {
        var connection = request.Http.Features.Get<DockerConnection>()
            ?? throw new InvalidOperationException("the docker socket listens without UseDockerStreams");
        using var stream = await OpenAsync(order, WorkerStreams.AttachExec(order.ContainerId, exec.Id) + Query(exec, raw) +
            RecordingQuery.Of(recording, exec.Cmd, (order.Process?.ConsoleWidth ?? 0, order.Process?.ConsoleHeight ?? 0)));
        // From the intent on a client that goes changes nothing.
        var failure = FailureAsync(order);
        var client = connection.Hijack();
        await client.Output.WriteAsync(HijackAnswer.Of(request, raw));
        var streaming = Splice.RunAsync(client, stream, log);
        if (await Task.WhenAny(failure, streaming) == failure && await failure is not null)
            stream.Socket.Shutdown(SocketShutdown.Both);
        await streaming;
        if (await failure is { } message)
            await TellAsync(client.Output, message, raw);
    }

    /// <summary>Without a stream nothing is started, and the start ends all the same.</summary>
    private async Task<WorkerAttachment> OpenAsync(Contracts.Orders.StartExec order, string path)
    {
        try
        {
            return await WorkerAttachment.OpenAsync(worker, path, CancellationToken.None);
        }
        catch
        {
            await FailureAsync(order with { Process = null });
            throw;
        }
    }

    private static string Query(Exec exec, bool raw)
    {
        static int Bit(bool flag) => flag ? 1 : 0;
        return $"?stream=1&stdin={Bit(exec.AttachStdin)}&stdout={Bit(exec.AttachStdout)}&stderr={Bit(exec.AttachStderr)}&tty={Bit(raw)}" +
            $"&detachKeys={Uri.EscapeDataString(exec.DetachKeys ?? "")}";
    }

    /// <summary>Why the program could not be started; <see langword="null"/> where it was.</summary>
    private async Task<string?> FailureAsync(Order order)
    {
        try
        {
            return (await worker.SendAsync(order, CancellationToken.None)).Failure?.Error;
        }
        catch (WorkerAwayException e)
        {
            return e.Message;
        }
    }

    /// <summary>The status is sent by now: as with dockerd, the reason is the program's only output.</summary>
    private static async Task TellAsync(PipeWriter client, string message, bool raw)
    {
        var text = Encoding.UTF8.GetBytes(message + "\r\n");
        byte[] header = raw ? [] : [1, 0, 0, 0, (byte)(text.Length >> 24), (byte)(text.Length >> 16), (byte)(text.Length >> 8), (byte)text.Length];
        try
        {
            await client.WriteAsync((byte[])[.. header, .. text]);
        }
        catch (IOException)
        {
            // He has gone; the log says why.
        }
    }
}
