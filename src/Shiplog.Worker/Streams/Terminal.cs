using System.Globalization;
using System.Text;
using Shiplog.Worker.Linux;
using Shiplog.Worker.Runtime;

namespace Shiplog.Worker.Streams;

/// <summary>A running container's terminal, which conmon holds.</summary>
internal static class Terminal
{
    // conmon's control pipe: a line of three numbers, the first of which is 1 for a new size, then height and width.
    public static void Resize(string bundle, int width, int height)
    {
        // O_NONBLOCK: opening a pipe that conmon reads no more must fail, not wait.
        using var pipe = Interop.Open(Conmon.ControlPipe(bundle), Interop.O_WRONLY | Interop.O_NONBLOCK | Interop.O_CLOEXEC, 0);
        var line = Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"1 {height} {width}\n"));
        if (!pipe.IsInvalid && Interop.Write(pipe, line, (nuint)line.Length) == line.Length)
            return;
        var error = LinuxException.Last("write", Conmon.ControlPipe(bundle));
        // Ended meanwhile: it has no size any more.
        if (error.Errno is not (Errno.ENXIO or Errno.ENOENT or Errno.EPIPE))
            throw error;
    }
}
