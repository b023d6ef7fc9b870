using System.Runtime.InteropServices;

namespace Shiplog.Worker.Linux;

internal static partial class Interop
{
    public const ulong RLIM_INFINITY = ulong.MaxValue;

    [StructLayout(LayoutKind.Sequential)]
    public struct Rlimit
    {
        public ulong Soft;
        public ulong Hard;
    }

    // getrlimit(2)
    [LibraryImport("libc", EntryPoint = "getrlimit", SetLastError = true)]
    public static partial int Getrlimit(int resource, out Rlimit limit);
}
