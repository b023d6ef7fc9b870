using System.Buffers.Binary;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using Shiplog.Contracts.Orders;
using Shiplog.Worker.Tests.Harness;
using Shouldly;

namespace Shiplog.Worker.Tests.Execs;

/// <summary>A program to be run beside a container's own.</summary>
internal sealed record Program(
    string Id, string[] Args, string[] Env, string WorkingDirectory, string User, bool Tty, bool Privileged, bool OpenStdin, bool Attached,
    int ConsoleWidth, int ConsoleHeight);

/// <summary>A container that runs and does nothing, for programs beside its own.</summary>
internal sealed class Box(WorkerHost host, StartContainer order) : IAsyncDisposable
{
    public string Id => order.ContainerId;

    public static async Task<Box> StartAsync(WorkerHost host, Func<ContainerProcess, ContainerProcess>? process = null)
    {
        var order = host.None(["sleep", "1000"], process);
        (await host.Server.SendAsync(order)).Failure.ShouldBeNull();
        return new Box(host, order);
    }

    public static Program Program(params string[] args) => new(
        Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(32)), args, [], "/", "", false, false, false, true, 0, 0);

    public Task<OrderOutcome> OrderAsync(Program p) => host.Server.SendAsync(new StartExec(
        "exec-" + p.Id, Id, p.Id,
        new ExecProcess(
            p.Args, p.Env, p.WorkingDirectory, p.User, p.Tty, p.Privileged, p.OpenStdin, p.Attached, p.ConsoleWidth, p.ConsoleHeight)));

    public async Task<ExecClient> AttachAsync(Program p, bool raw = false, string further = "")
    {
        var client = new ExecClient(host.Server.Connect());
        await client.SendAsync(Encoding.ASCII.GetBytes(
            $"POST {WorkerStreams.AttachExec(Id, p.Id)}?stream=1&stdin={(p.OpenStdin ? 1 : 0)}&stdout=1&stderr=1&tty={(raw ? 1 : 0)}{further} HTTP/1.1\r\n" +
            "Host: worker\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n\r\n"));
        await client.ReadUntilAsync("\r\n\r\n");
        return client;
    }

    public Task<(string Output, int? Code)> RunAsync(params string[] args) => RunAsync(Program(args));

    /// <returns>All of its output, and the exit code as reported when the output ends.</returns>
    public async Task<(string Output, int? Code)> RunAsync(Program program, byte[]? input = null)
    {
        using var client = await AttachAsync(program);
        var output = client.ReadToEndAsync();
        var outcome = await OrderAsync(program);
        if (input is not null)
            await client.SendAsync(input);
        client.EndInput();
        var text = Encoding.UTF8.GetString(Content(await output));
        return (text, outcome.Failure is { } failure
            ? failure.ExitCode
            : host.Server.Reports.OfType<ExecExitedReport>().SingleOrDefault(r => r.ExecId == program.Id)?.ExitCode);
    }

    /// <summary>Runs a program that ends at once until its start and its end come as one batch: a busy machine may need a few.</summary>
    public async Task<Program> RunUntilToldInOneAsync(params string[] args)
    {
        for (var attempt = 0; attempt < 50; attempt++)
        {
            var program = Program(args);
            await RunAsync(program);
            if (host.Server.Batches.Any(b => b.Reports is [ExecStartedReport { ExecId: var id }, ExecExitedReport] && id == program.Id))
                return program;
        }

        throw new InvalidOperationException("of 50 programs that ended at once none was told in one batch");
    }

    // Docker's stream format: the length of each piece is in the last four of eight bytes before it.
    private static byte[] Content(ReadOnlySpan<byte> frames)
    {
        var content = new MemoryStream();
        while (!frames.IsEmpty)
        {
            var length = BinaryPrimitives.ReadInt32BigEndian(frames[4..]);
            content.Write(frames.Slice(8, length));
            frames = frames[(8 + length)..];
        }

        return content.ToArray();
    }

    public async Task EndAsync()
    {
        await host.Server.SendAsync(new KillContainer("kill-" + Id, Id, "KILL"));
        await host.Server.ReceivedAsync<ContainerExitedReport>(r => r.ContainerId == Id);
    }

    public async ValueTask DisposeAsync()
    {
        if (!host.Server.Reports.OfType<ContainerExitedReport>().Any(r => r.ContainerId == Id))
            await EndAsync();
    }
}

/// <summary>Somebody attached to a program.</summary>
internal sealed class ExecClient(Socket socket) : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    public async Task SendAsync(byte[] data)
    {
        for (var sent = 0; sent < data.Length;)
            sent += await socket.SendAsync(data.AsMemory(sent), TestContext.Current.CancellationToken);
    }

    public void EndInput()
    {
        try
        {
            socket.Shutdown(SocketShutdown.Send);
        }
        catch (SocketException)
        {
            // The program has ended by now.
        }
    }

    public async Task<byte[]> ReadToEndAsync()
    {
        using var patience = new CancellationTokenSource(Patience);
        var all = new MemoryStream();
        var buffer = new byte[64 << 10];
        int read;
        while ((read = await socket.ReceiveAsync(buffer, SocketFlags.None, patience.Token)) > 0)
            all.Write(buffer, 0, read);
        return all.ToArray();
    }

    public async Task ReadUntilAsync(string end)
    {
        using var patience = new CancellationTokenSource(Patience);
        var text = new StringBuilder();
        var one = new byte[1];
        while (!text.ToString().EndsWith(end, StringComparison.Ordinal))
        {
            (await socket.ReceiveAsync(one, SocketFlags.None, patience.Token)).ShouldBe(1, text.ToString());
            text.Append((char)one[0]);
        }
    }

    public void Dispose() => socket.Dispose();
}
