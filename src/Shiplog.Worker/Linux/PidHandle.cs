using System.Globalization;
using Microsoft.Win32.SafeHandles;

namespace Shiplog.Worker.Linux;

/// <summary>
/// A process held by descriptor: a signal sent through it reaches this process or nobody, whatever becomes of its number.
/// </summary>
internal sealed class PidHandle : IDisposable
{
    private readonly SafeFileHandle? _pidfd;

    private PidHandle(int pid, SafeFileHandle? pidfd) => (Pid, _pidfd) = (pid, pidfd);

    public int Pid { get; }

    /// <summary>
    /// Opens the process of this number if it is still the one that began at <paramref name="startTicks"/>;
    /// <see langword="null"/> where it has gone.
    /// </summary>
    public static PidHandle? Open(int pid, ulong? startTicks = null)
    {
        var pidfd = Interop.PidfdOpen(pid);
        if (pidfd.IsInvalid)
        {
            var error = LinuxException.Last("pidfd_open", $"{pid}");
            return error.Errno is Errno.ESRCH or Errno.EINVAL ? null : throw error;
        }

        // Looked at after opening: from here on the number cannot change hands unnoticed.
        if (startTicks is { } expected && StartTicks(pid) != expected)
        {
            pidfd.Dispose();
            return null;
        }

        return new PidHandle(pid, pidfd);
    }

    /// <summary>For a process that has ended already.</summary>
    public static PidHandle Gone(int pid) => new(pid, null);

    /// <summary>False where the process has ended already.</summary>
    public bool Signal(int signal)
    {
        if (_pidfd is null)
            return false;
        if (Interop.PidfdSendSignal(_pidfd, signal) == 0)
            return true;
        var error = LinuxException.Last("pidfd_send_signal", $"{signal} to {Pid}");
        return error.Errno == Errno.ESRCH ? false : throw error;
    }

    /// <summary>When the process began, in clock ticks since boot (proc_pid_stat(5), field 22); 0 where it has gone.</summary>
    public static ulong StartTicks(int pid)
    {
        try
        {
            var stat = File.ReadAllText($"/proc/{pid}/stat");
            // The second field is the program's name in parentheses and may hold blanks and parentheses itself.
            var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
            return ulong.Parse(fields[19], CultureInfo.InvariantCulture);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException || e is IOException { HResult: Errno.ESRCH })
        {
            return 0;
        }
    }

    public void Dispose() => _pidfd?.Dispose();
}
