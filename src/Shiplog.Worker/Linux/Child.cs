using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Text;

namespace Shiplog.Worker.Linux;

/// <summary>What a program that was run left behind.</summary>
/// <param name="ExitCode">0..255; 128 + n where signal n ended it.</param>
/// <param name="Output">Its standard output and error, together.</param>
internal sealed record ChildResult(int ExitCode, string Output);

/// <summary>
/// Starts programs with nothing of the worker's but what they are meant to have: signals at their defaults, no open file
/// beyond those given, an environment of their own.
/// </summary>
internal static class Child
{
    /// <summary>The search path of the programs that the worker starts.</summary>
    public const string Path = "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

    /// <summary>Runs a program to its end.</summary>
    /// <param name="folder">Its working directory.</param>
    public static async Task<ChildResult> RunAsync(
        string path, IReadOnlyList<string> arguments, CancellationToken cancellation, string folder = "/")
    {
        var (ours, theirs) = SocketPair();
        using (ours)
        {
            int pid;
            using (theirs)
                pid = Spawn(path, arguments, [Path], folder, [theirs], output: theirs);
            // All its copies of the socket are closed when it has ended: no process table to watch, no thread to block.
            var output = await ReadToEndAsync(ours, cancellation);
            return new ChildResult(await ReapAsync(pid), output);
        }
    }

    /// <summary>Starts a program; descriptors 3, 4, … in it are the given sockets, 0 to 2 are /dev/null.</summary>
    public static unsafe int Spawn(
        string path, IReadOnlyList<string> arguments, IReadOnlyList<string> environment, string folder,
        IReadOnlyList<SafeSocketHandle> sockets, SafeSocketHandle? output = null)
    {
        var actions = stackalloc byte[Interop.SpawnStructSize];
        var attributes = stackalloc byte[Interop.SpawnStructSize];
        var signals = stackalloc byte[Interop.SpawnStructSize];
        Check(Interop.SpawnActionsInit(actions), path);
        Check(Interop.SpawnAttributesInit(attributes), path);
        try
        {
            // .NET ignores SIGPIPE, and an ignored signal stays ignored over exec.
            _ = Interop.SigFillSet(signals);
            Check(Interop.SpawnAttributesSetSigDefault(attributes, signals), path);
            _ = Interop.SigEmptySet(signals);
            Check(Interop.SpawnAttributesSetSigMask(attributes, signals), path);
            Check(Interop.SpawnAttributesSetFlags(attributes, Interop.POSIX_SPAWN_SETSIGDEF | Interop.POSIX_SPAWN_SETSIGMASK), path);

            Check(Interop.SpawnActionsAddChdir(actions, folder), path);
            Check(Interop.SpawnActionsAddOpen(actions, 0, "/dev/null", Interop.O_RDONLY, 0), path);
            for (var fd = 1; fd <= 2; fd++)
            {
                Check(
                    output is null
                        ? Interop.SpawnActionsAddOpen(actions, fd, "/dev/null", Interop.O_WRONLY, 0)
                        : Interop.SpawnActionsAddDup2(actions, (int)output.DangerousGetHandle(), fd),
                    path);
            }

            if (output is null)
            {
                for (var i = 0; i < sockets.Count; i++)
                    Check(Interop.SpawnActionsAddDup2(actions, (int)sockets[i].DangerousGetHandle(), 3 + i), path);
            }

            using var argv = new StringVector([path, .. arguments]);
            using var envp = new StringVector(environment);
            Check(Interop.PosixSpawn(out var pid, path, actions, attributes, argv.Pointer, envp.Pointer), path);
            return pid;
        }
        finally
        {
            _ = Interop.SpawnAttributesDestroy(attributes);
            _ = Interop.SpawnActionsDestroy(actions);
            GC.KeepAlive(sockets);
            GC.KeepAlive(output);
        }
    }

    /// <summary>Collects a child that has ended or is about to.</summary>
    public static Task<int> ReapAsync(int pid)
    {
        var result = Interop.Waitpid(pid, out var status, 1 /* WNOHANG */);
        return result == pid ? Task.FromResult(ExitCode(status)) : Task.Run(() => Reap(pid));
    }

    /// <summary>A connected pair of stream sockets, closed on exec.</summary>
    public static (Socket Ours, SafeSocketHandle Theirs) SocketPair()
    {
        Span<int> pair = stackalloc int[2];
        if (Interop.Socketpair(Interop.AF_UNIX, Interop.SOCK_STREAM | Interop.SOCK_CLOEXEC, 0, pair) != 0)
            throw LinuxException.Last("socketpair", "AF_UNIX");
        return (new Socket(new SafeSocketHandle(pair[0], ownsHandle: true)), new SafeSocketHandle(pair[1], ownsHandle: true));
    }

    private static int Reap(int pid)
    {
        int status;
        while (Interop.Waitpid(pid, out status, 0) < 0)
        {
            var error = LinuxException.Last("waitpid", $"{pid}");
            if (error.Errno != Errno.EINTR)
                throw error;
        }

        return ExitCode(status);
    }

    // wait(2): the low seven bits are the signal, the next byte the exit code.
    private static int ExitCode(int status) => (status & 0x7f) == 0 ? (status >> 8) & 0xff : 128 + (status & 0x7f);

    private static async Task<string> ReadToEndAsync(Socket socket, CancellationToken cancellation)
    {
        var text = new MemoryStream();
        var buffer = new byte[4096];
        int read;
        while ((read = await socket.ReceiveAsync(buffer, SocketFlags.None, cancellation)) > 0)
            text.Write(buffer, 0, read);
        return Encoding.UTF8.GetString(text.GetBuffer(), 0, (int)text.Length);
    }

    private static void Check(int error, string path)
    {
        // These functions return the error instead of setting errno.
        if (error != 0)
            throw new LinuxException(error, "posix_spawn", path);
    }

    private sealed unsafe class StringVector : IDisposable
    {
        private readonly int _count;

        public StringVector(IReadOnlyList<string> strings)
        {
            _count = strings.Count;
            Pointer = (byte**)NativeMemory.AllocZeroed((nuint)(_count + 1), (nuint)sizeof(byte*));
            for (var i = 0; i < _count; i++)
                Pointer[i] = (byte*)Marshal.StringToCoTaskMemUTF8(strings[i]);
        }

        public byte** Pointer { get; }

        public void Dispose()
        {
            for (var i = 0; i < _count; i++)
                Marshal.FreeCoTaskMem((nint)Pointer[i]);
            NativeMemory.Free(Pointer);
        }
    }
}
