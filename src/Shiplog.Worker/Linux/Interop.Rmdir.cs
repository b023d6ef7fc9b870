using System.Runtime.InteropServices;

namespace Shiplog.Worker.Linux;

internal static partial class Interop
{
    // rmdir(2). Not Directory.Delete: a control group's folder holds files that cannot be deleted and do not matter.
    [LibraryImport("libc", EntryPoint = "rmdir", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int Rmdir(string path);
}
