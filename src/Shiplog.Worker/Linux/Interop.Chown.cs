using System.Runtime.InteropServices;

namespace Shiplog.Worker.Linux;

internal static partial class Interop
{
    // chown(2); uint.MaxValue leaves an id as it is
    [LibraryImport("libc", EntryPoint = "chown", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int Chown(string path, uint user, uint group);
}
