using System.Net.Sockets;
using System.Text;
using Shiplog.Contracts.Orders;
using Shiplog.Worker.Tests.Harness;
using Shouldly;

namespace Shiplog.Worker.Tests.Streams;

public sealed class AttachingToAContainer(SharedWorker shared) : IClassFixture<SharedWorker>
{
    private readonly WorkerHost _host = shared.Host;

    [Fact]
    public async Task Before_it_starts_loses_no_byte_and_ends_with_it()
    {
        var order = _host.None(["sh", "-c", "echo out; echo err >&2; seq 1 20000"]);
        using var client = await AttachAsync(order, "stdout=1&stderr=1&stream=1");
        client.Shutdown(SocketShutdown.Send);
        await _host.Server.SendAsync(order);
        var frames = Frames(await ReadToEndAsync(client));
        frames.Where(f => f.Stream == 2).Select(f => f.Text).ShouldBe(["err\n"]);
        string.Concat(frames.Where(f => f.Stream == 1).Select(f => f.Text))
            .ShouldBe("out\n" + string.Concat(Enumerable.Range(1, 20000).Select(i => $"{i}\n")));
    }

    [Fact]
    public async Task Forwards_input_and_its_half_close()
    {
        var order = _host.None(["sha256sum"], p => p with { OpenStdin = true, StdinOnce = true });
        using var client = await AttachAsync(order, "stdin=1&stdout=1&stream=1");
        await _host.Server.SendAsync(order);
        var data = new byte[5 << 20];
        new Random(1).NextBytes(data);
        for (var sent = 0; sent < data.Length;)
            sent += await client.SendAsync(data.AsMemory(sent), TestContext.Current.CancellationToken);
        client.Shutdown(SocketShutdown.Send);
        var text = string.Concat(Frames(await ReadToEndAsync(client)).Select(f => f.Text));
        text.ShouldStartWith(Convert.ToHexStringLower(System.Security.Cryptography.SHA256.HashData(data)));
    }

    [Fact]
    public async Task Input_stays_open_where_it_was_not_to_be_closed_with_the_first_client()
    {
        var order = _host.None(["cat"], p => p with { OpenStdin = true });
        using (var first = await AttachAsync(order, "stdin=1&stdout=1&stream=1"))
        {
            await _host.Server.SendAsync(order);
            await first.SendAsync("one\n"u8.ToArray());
            (await ReadFrameAsync(first)).ShouldBe("one\n");
        }

        using var second = await AttachAsync(order, "stdin=1&stdout=1&stream=1");
        await second.SendAsync("two\n"u8.ToArray());
        (await ReadFrameAsync(second)).ShouldBe("two\n");
        await _host.Server.SendAsync(new KillContainer("kill-" + order.ContainerId, order.ContainerId, "KILL"));
    }

    [Fact]
    public async Task By_several_clients_gives_each_the_output()
    {
        var order = _host.None(["sh", "-c", "echo for all"]);
        using var one = await AttachAsync(order, "stdout=1&stream=1");
        using var two = await AttachAsync(order, "stdout=1&stream=1");
        await _host.Server.SendAsync(order);
        Frames(await ReadToEndAsync(one)).Single().Text.ShouldBe("for all\n");
        Frames(await ReadToEndAsync(two)).Single().Text.ShouldBe("for all\n");
    }

    [Fact]
    public async Task With_a_terminal_is_raw_has_the_size_asked_for_and_can_be_left_by_keys()
    {
        var order = _host.None(["sh", "-c", "stty size; read a; stty size; cat"], p => p with
        {
            Tty = true,
            OpenStdin = true,
            StdinOnce = true,
            ConsoleWidth = 100,
            ConsoleHeight = 40,
        });
        using var client = await AttachAsync(order, "stdin=1&stdout=1&stream=1&tty=1");
        (await _host.Server.SendAsync(order)).Failure.ShouldBeNull();
        await ReadUntilAsync(client, "40 100\r\n");
        using var http = _host.Server.Http();
        (await http.PostAsync(WorkerStreams.Resize(order.ContainerId) + "?w=90&h=30", null, TestContext.Current.CancellationToken)).EnsureSuccessStatusCode();
        await client.SendAsync("\n"u8.ToArray());
        await ReadUntilAsync(client, "30 90\r\n");
        await client.SendAsync(new byte[] { 16, 17 });
        await ReadToEndAsync(client);

        using var again = await AttachAsync(order, "stdin=1&stdout=1&stream=1&tty=1&detachKeys=ctrl-x");
        await again.SendAsync("back\n"u8.ToArray());
        await ReadUntilAsync(again, "back");
        await _host.Server.SendAsync(new KillContainer("kill-" + order.ContainerId, order.ContainerId, "KILL"));
        await ReadToEndAsync(again);
    }

    [Fact]
    public async Task To_one_that_cannot_start_ends()
    {
        var order = _host.None(["nosuch"]);
        using var client = await AttachAsync(order, "stdout=1&stream=1");
        (await _host.Server.SendAsync(order)).Failure.ShouldNotBeNull();
        (await ReadToEndAsync(client)).ShouldBeEmpty();
    }

    [Fact]
    public async Task Asks_for_what_was_written_before_as_well()
    {
        var order = _host.None(["sh", "-c", "echo before; cat"], p => p with { OpenStdin = true });
        await _host.Server.SendAsync(order);
        await LoggedAsync(order, "before");
        using var client = await AttachAsync(order, "stdin=1&stdout=1&stream=1&logs=1");
        (await ReadFrameAsync(client)).ShouldBe("before\n");
        await client.SendAsync("after\n"u8.ToArray());
        (await ReadFrameAsync(client)).ShouldBe("after\n");
        await _host.Server.SendAsync(new KillContainer("kill-" + order.ContainerId, order.ContainerId, "KILL"));
    }

    [Fact]
    public async Task With_keys_that_are_none_is_refused()
    {
        using var client = await SendAsync(_host.None(["true"]), "stdout=1&stream=1&tty=1&detachKeys=ctrl-11");
        Encoding.UTF8.GetString(await ReadToEndAsync(client)).ShouldContain("invalid detach keys");
    }

    /// <summary>Returns when the log begins with this line: then nobody who attaches gets it from the program any more.</summary>
    private async Task LoggedAsync(StartContainer order, string line)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        using var http = _host.Server.Http();
        using var log = new StreamReader(await http.GetStreamAsync(
            WorkerStreams.Logs(order.ContainerId) + "?stdout=1&follow=1&tty=1", patience.Token));
        (await log.ReadLineAsync(patience.Token)).ShouldBe(line);
    }

    private async Task<Socket> AttachAsync(StartContainer order, string query)
    {
        var socket = await SendAsync(order, query);
        await ReadUntilAsync(socket, "\r\n\r\n");
        return socket;
    }

    private async Task<Socket> SendAsync(StartContainer order, string query)
    {
        var socket = _host.Server.Connect();
        socket.ReceiveTimeout = 20_000;
        await socket.SendAsync(Encoding.ASCII.GetBytes(
            $"POST {WorkerStreams.Attach(order.ContainerId)}?{query} HTTP/1.1\r\nHost: worker\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n\r\n"));
        return socket;
    }

    private static async Task<byte[]> ReadToEndAsync(Socket socket)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        var all = new MemoryStream();
        var buffer = new byte[64 << 10];
        int read;
        while ((read = await socket.ReceiveAsync(buffer, SocketFlags.None, patience.Token)) > 0)
            all.Write(buffer, 0, read);
        return all.ToArray();
    }

    private static async Task ReadUntilAsync(Socket socket, string end)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        var text = new StringBuilder();
        var one = new byte[1];
        while (!text.ToString().EndsWith(end, StringComparison.Ordinal))
        {
            (await socket.ReceiveAsync(one, SocketFlags.None, patience.Token)).ShouldBe(1, text.ToString());
            text.Append((char)one[0]);
        }
    }

    private static async Task<string> ReadFrameAsync(Socket socket)
    {
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        var header = await ReadAsync(socket, 8, patience.Token);
        return Encoding.UTF8.GetString(await ReadAsync(socket, header[7], patience.Token));
    }

    private static async Task<byte[]> ReadAsync(Socket socket, int count, CancellationToken cancellation)
    {
        var bytes = new byte[count];
        for (var read = 0; read < count;)
        {
            var more = await socket.ReceiveAsync(bytes.AsMemory(read), SocketFlags.None, cancellation);
            more.ShouldBeGreaterThan(0);
            read += more;
        }

        return bytes;
    }

    private static List<(int Stream, string Text)> Frames(ReadOnlySpan<byte> data)
    {
        var frames = new List<(int, string)>();
        while (!data.IsEmpty)
        {
            var length = System.Buffers.Binary.BinaryPrimitives.ReadInt32BigEndian(data[4..]);
            frames.Add((data[0], Encoding.UTF8.GetString(data.Slice(8, length))));
            data = data[(8 + length)..];
        }

        return frames;
    }
}
