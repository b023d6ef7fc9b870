using System.Globalization;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Shiplog.Contracts;
using Shiplog.Contracts.Orders;
using Shiplog.Worker.Linux;

namespace Shiplog.Worker.Runtime;

/// <summary>A container made and not yet started, and the conmon that holds it.</summary>
internal sealed record CreatedContainer(int Pid, int ConmonPid);

/// <summary>What conmon is told about a container.</summary>
/// <param name="Bundle">Also conmon's folder for its socket (<c>attach</c>) and pipe (<c>ctl</c>).</param>
/// <param name="Log">Where the output is kept; <see langword="null"/> keeps none.</param>
/// <param name="KeepStdin">Standard input stays open when whoever writes to it goes.</param>
/// <param name="Journal">Fields of the output in the host's journal; <see langword="null"/> where it does not go there.</param>
internal sealed record ConmonOptions(
    string Id, string Bundle, string ExitFolder, string? Log, bool Tty, bool OpenStdin, bool KeepStdin, ContainerJournal? Journal);

/// <summary>
/// conmon(8) holds a container's streams, its terminal and its exit code while the worker may come and go. It makes the
/// container through the runtime and reports on a pipe how that went.
/// </summary>
internal sealed partial class Conmon(OciRuntime runtime, Instance instance)
{
    // Where conmon makes the socket on which the runtime hands it a terminal, by path: the path must fit a socket address
    // (108 bytes, unix(7)), which one below a container's id does not.
    private readonly string _terminals = instance.RunFolder.Length <= 80 ? instance.RunFolder : "/tmp";
    private readonly string _program = Programs.Find("conmon");

    /// <exception cref="RuntimeException">The runtime could not make the container; the message is the runtime's.</exception>
    public async Task<CreatedContainer> CreateAsync(ConmonOptions options, CancellationToken cancellation)
    {
        var (sync, theirs) = Child.SocketPair();
        using (sync)
        {
            int pid;
            using (theirs)
            {
                pid = Child.Spawn(
                    _program, Arguments(options), [Child.Path, "_OCI_SYNCPIPE=3", "TMPDIR=" + _terminals], options.Bundle, [theirs]);
            }

            var answer = await ReadLineAsync(sync, cancellation);
            // The process that was started has handed over to the one that stays, and ended.
            await Child.ReapAsync(pid);
            var created = Read(answer, options.Id);
            return new CreatedContainer(created, ReadPid(PidFile(options.Bundle)));
        }
    }

    /// <summary>Its socket, in the bundle.</summary>
    public const string AttachName = "attach";

    /// <summary>The conmon that works in this bundle, if one does.</summary>
    public static int? Running(string bundle)
    {
        if (!File.Exists(PidFile(bundle)))
            return null;
        var pid = ReadPid(PidFile(bundle));
        try
        {
            // The number may have gone to another process since, also to another conmon.
            return File.ReadAllText($"/proc/{pid}/cmdline").Split('\0').Contains(bundle) ? pid : null;
        }
        catch (IOException)
        {
            return null;
        }
    }

    internal static string PidFile(string bundle) => Path.Combine(bundle, "conmon.pid");

    private List<string> Arguments(ConmonOptions options)
    {
        List<string> arguments =
        [
            "--api-version", "1", "-c", options.Id, "-u", options.Id, "-n", options.Journal?.Name ?? options.Id, "-r", runtime.Program, "-b", options.Bundle,
            "-p", Path.Combine(options.Bundle, "pid"), "-P", PidFile(options.Bundle), "--exit-dir", options.ExitFolder,
            "-l", options.Log is null ? "none" : "k8s-file:" + options.Log,
            // Socket paths are limited to 108 bytes; in the bundle conmon binds it by descriptor, and we connect so, too.
            "--full-attach", "--log-level", "error",
            // A log line is as safe as dockerd's: in the page cache.
            "--no-sync-log",
        ];
        foreach (var argument in runtime.GlobalArguments)
            arguments.AddRange(["--runtime-arg", argument]);
        if (options.Journal is { } journal)
            arguments.AddRange(["-l", "journald", "--log-tag", journal.Tag]);
        if (options.Tty)
            arguments.Add("-t");
        if (options.OpenStdin)
            arguments.Add("-i");
        if (options.KeepStdin)
            arguments.Add("--leave-stdin-open");
        return arguments;
    }

    // One line of JSON: {"data": pid} or {"data": -1, "message": "…"}.
    private static int Read(string line, string id)
    {
        if (line.Length == 0)
            throw new RuntimeException($"conmon ended before it made container {id}");
        try
        {
            using var json = JsonDocument.Parse(line);
            var data = json.RootElement.GetProperty("data").GetInt32();
            return data > 0
                ? data
                : throw new RuntimeException(json.RootElement.TryGetProperty("message", out var m) ? m.GetString()!.Trim() : "no reason given");
        }
        catch (JsonException)
        {
            throw new RuntimeException(line.Trim());
        }
    }

    private static async Task<string> ReadLineAsync(Socket socket, CancellationToken cancellation)
    {
        var text = new MemoryStream();
        var buffer = new byte[4096];
        int read;
        // The container's own processes do not hold the other end: it ends when conmon does.
        while ((read = await socket.ReceiveAsync(buffer, SocketFlags.None, cancellation)) > 0)
        {
            text.Write(buffer, 0, read);
            if (buffer.AsSpan(0, read).Contains((byte)'\n'))
                break;
        }

        return Encoding.UTF8.GetString(text.GetBuffer(), 0, (int)text.Length).Split('\n')[0];
    }

    private static int ReadPid(string file) => int.Parse(File.ReadAllText(file), CultureInfo.InvariantCulture);
}

/// <summary>The runtime refused; the message is its own.</summary>
internal sealed class RuntimeException(string message) : Exception(message);
