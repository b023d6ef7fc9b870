using System.Text;
using Shiplog.Worker.Linux;

namespace Shiplog.Worker.Runtime;

internal sealed partial class Conmon
{
    // Of a line of three numbers the first says what it is about: 1 a terminal's size, 2 the log.
    private const string Reopen = "2 0 0\n";

    /// <summary>Where conmon makes a new log before it puts that in the old one's place.</summary>
    public static string NextLog(string log) => log + ".tmp";

    /// <summary>Asks conmon to begin a new log. It deletes the old one, unless that has another name by then.</summary>
    public static void ReopenLog(string bundle) => TryTell(bundle, Reopen);

    /// <summary>conmon has not yet read all that it was told.</summary>
    public static bool IsAsked(string bundle)
    {
        using var pipe = Interop.Open(ControlPipe(bundle), Interop.O_RDONLY | Interop.O_NONBLOCK | Interop.O_CLOEXEC, 0);
        return !pipe.IsInvalid && Interop.Ioctl(pipe, Interop.FIONREAD, out var waiting) == 0 && waiting > 0;
    }

    /// <returns>False where conmon has ended.</returns>
    public static bool TryTell(string bundle, string text)
    {
        // O_NONBLOCK: opening a pipe that conmon reads no more must fail, not wait.
        using var pipe = Interop.Open(ControlPipe(bundle), Interop.O_WRONLY | Interop.O_NONBLOCK | Interop.O_CLOEXEC, 0);
        var line = Encoding.ASCII.GetBytes(text);
        if (!pipe.IsInvalid && Interop.Write(pipe, line, (nuint)line.Length) == line.Length)
            return true;
        var error = LinuxException.Last("write", ControlPipe(bundle));
        return error.Errno is Errno.ENXIO or Errno.ENOENT or Errno.EPIPE ? false : throw error;
    }

    private static string ControlPipe(string bundle) => Path.Combine(bundle, "ctl");
}
