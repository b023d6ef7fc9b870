using System.Buffers;
using System.IO.Pipelines;
using System.Text;
using Microsoft.AspNetCore.Connections;
using Shiplog.Contracts;
using Shiplog.Worker.Execs;
using Shiplog.Worker.Lifecycle;
using Shiplog.Worker.Orders;
using Shiplog.Worker.Recordings;

namespace Shiplog.Worker.Streams;

/// <summary>
/// Serves attach connections beneath HTTP. Kestrel takes a client's half-close for its going away and aborts the response,
/// but a docker CLI half-closes at once when it has no input to send: so such a connection never reaches Kestrel's HTTP.
/// </summary>
internal sealed class AttachConnections(
    Instance instance, Sessions sessions, RunningExecs execs, SessionRecordings recordings, ILogger<AttachConnections> logger)
{
    private const int HeadLimit = 8 << 10;
    private static readonly byte[] Prefix = Encoding.ASCII.GetBytes(AttachRequest.Prefix);
    private static readonly byte[] HeadEnd = "\r\n\r\n"u8.ToArray();

    public async Task OnConnectionAsync(ConnectionContext connection, ConnectionDelegate next)
    {
        var input = connection.Transport.Input;
        var head = await PeekAsync(input);
        AttachRequest? request;
        try
        {
            request = head is null ? null : AttachRequest.Parse(head);
        }
        catch (FormatException e)
        {
            await RefuseAsync(connection, e.Message);
            return;
        }

        if (request is null)
        {
            await next(connection);
            return;
        }

        await ConsumeAsync(input, head!.Length);
        try
        {
            var paths = new ContainerPaths(instance, request.ContainerId);
            var exec = request.ExecId is { } id ? new ExecPaths(paths, id) : null;
            var keys = DetachKeys.Parse(request.Keys);
            var session = exec is null ? sessions.For(request.ContainerId) : sessions.ForExec(exec.Id);
            using var recorder = Record(request, session);
            using var client = new AttachedClient(request, connection.Transport.Output, keys, recorder);
            if (exec is not null)
                await ServeExecAsync(exec, session, client, input, () => AnswerAsync(connection, request));
            else
                await session.ServeAsync(client, input, paths.Log, () => AnswerAsync(connection, request));
        }
        catch (Exception e) when (e is FormatException or OrderException)
        {
            await RefuseAsync(connection, e.Message);
        }
        catch (Exception e) when (e is IOException or ConnectionResetException or OperationCanceledException)
        {
            logger.AttachBroke(request.ContainerId, e.Message);
        }
    }

    private SessionRecorder? Record(AttachRequest request, ContainerSession session)
    {
        if (request is not { RecordingId: { } id, Recorded: { } recorded })
            return null;
        var (width, height) = session.Size ?? (recorded.Width, recorded.Height);
        // A terminal that nobody has told its size, and what has none, are shown in the size that terminals have had for ever.
        return recordings.Begin(
            request.ContainerId, id, width > 0 && height > 0 ? recorded with { Width = width, Height = height } : recorded with { Width = 80, Height = 24 });
    }

    private async Task ServeExecAsync(ExecPaths paths, ContainerSession session, AttachedClient client, PipeReader input, Func<Task> answer)
    {
        try
        {
            await session.ServeAsync(client, input, "", answer);
            // Whoever sees the end of the stream asks for the exit code next.
            if (session.IsEnded)
                await execs.RecordOfEnd(paths.Id);
        }
        finally
        {
            // He may have gone before the order to start it came, if it ever does.
            if (execs.Find(paths.Id) is null)
                sessions.FinishExec(paths.Id);
        }
    }

    // The head of an attach request, left in the pipe; null as soon as it can be nothing of the kind.
    private static async Task<byte[]?> PeekAsync(PipeReader input)
    {
        while (true)
        {
            var read = await input.ReadAsync();
            var head = read.Buffer.Slice(0, Math.Min(read.Buffer.Length, HeadLimit)).ToArray();
            var known = Math.Min(head.Length, Prefix.Length);
            var end = head.AsSpan().IndexOf(HeadEnd);
            var decided = !head.AsSpan(0, known).SequenceEqual(Prefix.AsSpan(0, known)) || end >= 0 || read.IsCompleted || head.Length == HeadLimit;
            // Nothing examined: whoever reads next gets the same bytes at once.
            input.AdvanceTo(read.Buffer.Start, decided ? read.Buffer.Start : read.Buffer.End);
            if (decided)
                return end >= 0 && head.AsSpan().StartsWith(Prefix) ? head[..(end + HeadEnd.Length)] : null;
        }
    }

    private static async Task ConsumeAsync(PipeReader input, int length)
    {
        var read = await input.ReadAsync();
        input.AdvanceTo(read.Buffer.GetPosition(length));
    }

    private static async Task AnswerAsync(ConnectionContext connection, AttachRequest request)
    {
        var type = request.Tty ? "raw-stream" : "multiplexed-stream";
        await connection.Transport.Output.WriteAsync(Encoding.ASCII.GetBytes(
            "HTTP/1.1 101 UPGRADED\r\nContent-Type: application/vnd.docker." + type + "\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n\r\n"));
    }

    private static async Task RefuseAsync(ConnectionContext connection, string message)
    {
        var body = Encoding.UTF8.GetBytes(message);
        await connection.Transport.Output.WriteAsync(Encoding.ASCII.GetBytes(
            $"HTTP/1.1 400 Bad Request\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: {body.Length}\r\nConnection: close\r\n\r\n"));
        await connection.Transport.Output.WriteAsync(body);
    }
}
