using Shiplog.Contracts;
using Shiplog.Worker.Linux;

namespace Shiplog.Worker;

/// <summary>The worker's socket; its file permissions are the authentication.</summary>
internal static class WorkerSocket
{
    private const UnixFileMode FolderMode =
        UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.GroupRead | UnixFileMode.GroupExecute;

    private const UnixFileMode Mode =
        UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.GroupWrite;

    /// <summary>
    /// Makes sure that no other worker serves this instance, then clears the way for the socket. Keep what it returns.
    /// </summary>
    /// <exception cref="InvalidOperationException">Another worker runs.</exception>
    public static IDisposable Claim(Instance instance)
    {
        Directory.CreateDirectory(instance.WorkerFolder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        FileStream claim;
        try
        {
            claim = new FileStream(Path.Combine(instance.WorkerFolder, "lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException e)
        {
            throw new InvalidOperationException($"another worker serves {instance.Home}: stop it first", e);
        }

        var folder = Path.GetDirectoryName(instance.WorkerSocket)!;
        Directory.CreateDirectory(folder);
        File.SetUnixFileMode(folder, FolderMode);
        Give(folder, instance);
        File.Delete(instance.WorkerSocket);
        return claim;
    }

    /// <summary>Lets the server's group connect, once it listens.</summary>
    public static void Open(Instance instance)
    {
        Give(instance.WorkerSocket, instance);
        File.SetUnixFileMode(instance.WorkerSocket, Mode);
    }

    private static void Give(string path, Instance instance)
    {
        if (GroupOf(instance.Settings.User) is { } group && Interop.Chown(path, uint.MaxValue, group) != 0)
            throw LinuxException.Last("chown", path);
    }

    // name:password:gid:members
    private static uint? GroupOf(string name) =>
        File.ReadLines("/etc/group").Select(l => l.Split(':')).FirstOrDefault(f => f[0] == name) is { } entry
            ? uint.Parse(entry[2], System.Globalization.CultureInfo.InvariantCulture)
            : null;
}
