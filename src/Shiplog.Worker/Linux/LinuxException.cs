using System.Runtime.InteropServices;

namespace Shiplog.Worker.Linux;

/// <summary>A system call failed: which, on what, and why.</summary>
internal sealed class LinuxException(int errno, string call, string subject)
    : IOException($"{call} {subject}: {Marshal.GetPInvokeErrorMessage(errno).ToLowerInvariant()}")
{
    public int Errno => errno;

    public string Call => call;

    /// <summary>What the system says, without what it was about.</summary>
    public string Reason { get; } = Marshal.GetPInvokeErrorMessage(errno).ToLowerInvariant();

    /// <summary>For the calling thread's last P/Invoke.</summary>
    public static LinuxException Last(string call, string subject) => new(Marshal.GetLastPInvokeError(), call, subject);
}
