using System.Security.Cryptography;
using Shiplog.Contracts;
using Shiplog.Contracts.Orders;
using Shiplog.Contracts.Views;
using Shiplog.Domain.Containers;
using Shiplog.Server.Containers;
using Shiplog.Server.DockerApi;
using Shiplog.Server.Orders;
using Shiplog.Server.Store;

namespace Shiplog.Server.Rest;

/// <summary>
/// What was recorded of a session, given out if it is what was sealed. Only by the engine's own socket, where the kernel says
/// who asks: it may hold what people typed. Each reading is an event.
/// </summary>
internal sealed class RecordingFile(IWorker worker, ContainerCommands commands, Instance instance, TimeProvider time)
{
    /// <exception cref="RecordingException">It cannot be given out.</exception>
    /// <exception cref="WorkerAwayException">The worker does not answer.</exception>
    public async Task ServeAsync(HttpContext context, RecordingView recording)
    {
        var actor = context.Features.Get<DockerConnection>()?.Actor ?? throw new RecordingException(
            StatusCodes.Status403Forbidden, "recordings are read by the engine's unix socket only: docker shiplog play");
        var content = await ReadAsync(recording, context.RequestAborted);
        var digest = SHA256.HashData(content);
        if ("sha256:" + Convert.ToHexStringLower(digest) != recording.Digest)
            throw Changed(recording, $"it has the digest sha256:{Convert.ToHexStringLower(digest)} and was sealed with {recording.Digest}");
        await RecordAsync(recording, actor);
        context.Response.ContentType = "application/x-asciicast";
        context.Response.ContentLength = content.Length;
        // RFC 9530.
        context.Response.Headers["Content-Digest"] = $"sha-256=:{Convert.ToBase64String(digest)}:";
        await context.Response.Body.WriteAsync(content, context.RequestAborted);
    }

    /// <summary>All of it before the first byte is passed on: what is not what was sealed is not shown.</summary>
    private async Task<byte[]> ReadAsync(RecordingView recording, CancellationToken cancellation)
    {
        try
        {
            using var answer = await WorkerStream.GetAsync(worker, WorkerStreams.Recording(recording.ContainerId, recording.Id), cancellation);
            if (answer.Content.Headers.ContentLength is { } length && length != recording.Size)
                throw Changed(recording, $"it has {length} bytes and was sealed with {recording.Size}");
            return await answer.Content.ReadAsByteArrayAsync(cancellation);
        }
        catch (DockerException e) when (e.Status == StatusCodes.Status404NotFound)
        {
            throw recording.Size == 0 ? new RecordingException(StatusCodes.Status410Gone, $"nothing of recording {recording.Id} could be written: the disk was full")
                : IsOld(recording) ? new RecordingException(
                    StatusCodes.Status410Gone, $"recording {recording.Id} is kept no longer (kept-recording-days: {instance.Settings.KeptRecordingDays})")
                : Changed(recording, "its file is gone");
        }
    }

    private bool IsOld(RecordingView recording) => instance.Settings.KeptRecordingDays is > 0 and var days
        && recording.StartedAt.AddMilliseconds(recording.DurationMs).AddDays(days) <= time.GetUtcNow();

    private async Task RecordAsync(RecordingView recording, string actor)
    {
        var command = new ReadRecording(recording.Id);
        var context = new CommandContext(Guid.CreateVersion7().ToString("n"), actor, "request", Guid.CreateVersion7().ToString("n"));
        await commands.AcceptAsync<SessionRecordingRead>(recording.ContainerId, c => ReadRecording.Decide(command, c, time.GetUtcNow()), context);
    }

    private static RecordingException Changed(RecordingView recording, string how) => new(
        StatusCodes.Status409Conflict, $"recording {recording.Id} is not what was sealed: {how}");
}

/// <summary>A recording cannot be given out.</summary>
internal sealed class RecordingException(int status, string message) : Exception(message)
{
    public int Status => status;
}
