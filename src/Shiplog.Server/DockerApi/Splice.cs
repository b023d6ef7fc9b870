using System.IO.Pipelines;
using System.Net.Sockets;
using Microsoft.AspNetCore.Connections;

namespace Shiplog.Server.DockerApi;

/// <summary>Joins a client's connection with one to the worker, both ways, each with an end of its own.</summary>
internal static class Splice
{
    private const int BufferSize = 64 * 1024;

    /// <summary>
    /// Returns when the worker has ended its half and all of it is with the client. The client's end is passed on to the
    /// worker and ends nothing else.
    /// </summary>
    public static async Task RunAsync(IDuplexPipe client, WorkerAttachment worker, ILogger log)
    {
        using var done = new CancellationTokenSource();
        var upstream = SendAsync(client.Input, worker.Socket, log, done.Token);
        try
        {
            await ReceiveAsync(worker, client.Output);
        }
        catch (Exception e) when (e is SocketException or IOException)
        {
            Log.StreamEnded(log, e.Message);
        }
        await done.CancelAsync();
        await upstream;
    }

    private static async Task ReceiveAsync(WorkerAttachment worker, PipeWriter client)
    {
        var flushed = await client.WriteAsync(worker.First);
        while (!flushed.IsCompleted)
        {
            var read = await worker.Socket.ReceiveAsync(client.GetMemory(BufferSize), SocketFlags.None);
            if (read == 0)
                return;
            client.Advance(read);
            flushed = await client.FlushAsync();
        }
        throw new IOException("the client has gone");
    }

    private static async Task SendAsync(PipeReader client, Socket worker, ILogger log, CancellationToken done)
    {
        try
        {
            while (true)
            {
                var read = await client.ReadAsync(done);
                foreach (var part in read.Buffer)
                {
                    for (var rest = part; rest.Length > 0;)
                        rest = rest[await worker.SendAsync(rest, SocketFlags.None, done)..];
                }
                client.AdvanceTo(read.Buffer.End);
                if (read.IsCompleted)
                    break;
            }
            worker.Shutdown(SocketShutdown.Send);
        }
        catch (Exception e) when (e is SocketException or IOException or OperationCanceledException)
        {
            // The container ended, or the client broke off: the other half says what comes of it.
            Log.StreamEnded(log, e.Message);
        }
    }
}
