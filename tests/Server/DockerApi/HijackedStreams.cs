using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;

namespace Shiplog.Server.Tests.DockerApi;

public sealed class HijackedStreams(DockerServer server) : IClassFixture<DockerServer>
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Twenty_megabytes_come_back_as_they_went_and_each_half_ends_by_itself()
    {
        var id = await AttachableAsync("echo", EchoAsync);
        using var socket = await AttachAsync(id, upgrade: true);
        (await HeadAsync(socket)).ShouldStartWith("HTTP/1.1 101 UPGRADED\r\nContent-Type: application/vnd.docker.multiplexed-stream\r\n");
        var sent = RandomNumberGenerator.GetBytes(20 * 1024 * 1024);
        var reading = ReadToEndAsync(socket);
        for (var rest = sent.AsMemory(); rest.Length > 0;)
            rest = rest[await socket.SendAsync(rest, Cancellation)..];
        socket.Shutdown(SocketShutdown.Send);
        SHA256.HashData(await reading).ShouldBe(SHA256.HashData(sent));
    }

    [Fact]
    public async Task Output_that_comes_after_the_client_has_ended_its_half_arrives()
    {
        var ended = new TaskCompletionSource();
        var id = await AttachableAsync("late", async socket =>
        {
            while (await socket.ReceiveAsync(new byte[100]) > 0)
            {
            }
            ended.SetResult();
            await socket.SendAsync("late"u8.ToArray());
        });
        using var socket = await AttachAsync(id, upgrade: true);
        await HeadAsync(socket);
        socket.Shutdown(SocketShutdown.Send);
        await ended.Task.WaitAsync(Cancellation);
        Encoding.ASCII.GetString(await ReadToEndAsync(socket)).ShouldBe("late");
    }

    [Fact]
    public async Task Without_an_upgrade_the_stream_is_raw_behind_200()
    {
        var id = await AttachableAsync("raw", async socket => await socket.SendAsync("hello"u8.ToArray()));
        using var socket = await AttachAsync(id, upgrade: false);
        (await HeadAsync(socket)).ShouldBe("HTTP/1.1 200 OK\r\nContent-Type: application/vnd.docker.raw-stream\r\n\r\n");
        Encoding.ASCII.GetString(await ReadToEndAsync(socket)).ShouldBe("hello");
    }

    [Fact]
    public async Task A_refusal_of_the_worker_is_told_before_the_upgrade()
    {
        var id = await AttachableAsync("refused", _ => Task.CompletedTask);
        server.Worker.Script = (_, socket) => ScriptedWorker.AnswerAsync(socket, "409 Conflict", "application/json", """{"message":"it is ending"}""");
        using var answer = await server.PostAsync($"containers/{id}/attach?stdout=1&stream=1");
        answer.StatusCode.ShouldBe(System.Net.HttpStatusCode.Conflict);
        (await DockerServer.MessageAsync(answer)).ShouldBe("it is ending");
    }

    [Fact]
    public async Task A_client_that_breaks_off_ends_the_workers_half()
    {
        var gone = new TaskCompletionSource();
        var id = await AttachableAsync("gone", async socket =>
        {
            try
            {
                while (true)
                    await socket.SendAsync(new byte[64 * 1024]);
            }
            catch (SocketException)
            {
                gone.SetResult();
            }
        });
        var socket = await AttachAsync(id, upgrade: true);
        await HeadAsync(socket);
        socket.Dispose();
        await gone.Task.WaitAsync(TimeSpan.FromSeconds(20), Cancellation);
    }

    private async Task<string> AttachableAsync(string name, Func<Socket, Task> stream)
    {
        await server.PullBusyboxAsync();
        var id = await server.CreateAsync(name);
        server.Worker.Script = async (head, socket) =>
        {
            head.ShouldStartWith($"POST /streams/containers/{id}/attach?");
            await socket.SendAsync("HTTP/1.1 101 UPGRADED\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n\r\n"u8.ToArray());
            await stream(socket);
        };
        return id;
    }

    private static async Task EchoAsync(Socket socket)
    {
        var buffer = new byte[64 * 1024];
        while (await socket.ReceiveAsync(buffer) is > 0 and var read)
        {
            for (var sent = 0; sent < read;)
                sent += await socket.SendAsync(buffer.AsMemory(sent, read - sent));
        }
    }

    private async Task<Socket> AttachAsync(string id, bool upgrade)
    {
        var socket = await server.ConnectAsync(Cancellation);
        var headers = upgrade ? "Connection: Upgrade\r\nUpgrade: tcp\r\n" : "";
        await socket.SendAsync(Encoding.ASCII.GetBytes(
            $"POST /v1.50/containers/{id}/attach?stdin=1&stdout=1&stderr=1&stream=1 HTTP/1.1\r\nHost: docker\r\n{headers}Content-Length: 0\r\n\r\n"), Cancellation);
        return socket;
    }

    private static async Task<string> HeadAsync(Socket socket)
    {
        var head = new StringBuilder();
        var one = new byte[1];
        while (!head.ToString().EndsWith("\r\n\r\n", StringComparison.Ordinal) && await socket.ReceiveAsync(one, Cancellation) == 1)
            head.Append((char)one[0]);
        return head.ToString();
    }

    private static async Task<byte[]> ReadToEndAsync(Socket socket)
    {
        using var all = new MemoryStream();
        var buffer = new byte[64 * 1024];
        while (await socket.ReceiveAsync(buffer, Cancellation) is > 0 and var read)
            all.Write(buffer, 0, read);
        return all.ToArray();
    }
}
