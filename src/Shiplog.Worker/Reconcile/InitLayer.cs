using Shiplog.Worker.Linux;

namespace Shiplog.Worker.Reconcile;

/// <summary>
/// The lowest layer of every container. Under the image's layers an image's own entries win; only what it lacks shows.
/// </summary>
internal static class InitLayer
{
    private const UnixFileMode FolderMode =
        UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute
        | UnixFileMode.GroupRead | UnixFileMode.GroupExecute | UnixFileMode.OtherRead | UnixFileMode.OtherExecute;

    public static void Make(string folder)
    {
        if (Directory.Exists(folder))
            return;
        var made = folder + ".new";
        foreach (var name in (string[])["dev", "proc", "sys", "etc"])
            Directory.CreateDirectory(Path.Combine(made, name), FolderMode);
        foreach (var name in (string[])["etc/hosts", "etc/hostname", "etc/resolv.conf", ".dockerenv"])
            File.Create(Path.Combine(made, name)).Dispose();
        File.CreateSymbolicLink(Path.Combine(made, "etc/mtab"), "/proc/mounts");
        Directory.Move(made, folder);
        Files.SyncFolder(Path.GetDirectoryName(folder)!);
    }
}
