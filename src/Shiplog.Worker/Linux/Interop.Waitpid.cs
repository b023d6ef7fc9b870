using System.Runtime.InteropServices;

namespace Shiplog.Worker.Linux;

internal static partial class Interop
{
    // waitpid(2)
    [LibraryImport("libc", EntryPoint = "waitpid", SetLastError = true)]
    public static partial int Waitpid(int pid, out int status, int options);
}
