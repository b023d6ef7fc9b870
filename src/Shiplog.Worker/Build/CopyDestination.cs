using System.Text;
using Microsoft.Win32.SafeHandles;
using Shiplog.Worker.Copying;
using Shiplog.Worker.Layers;
using Shiplog.Worker.Linux.FileSystem;

namespace Shiplog.Worker.Build;

/// <summary>Where in a root something is copied to. Links in the root are followed, and end within it.</summary>
internal static class CopyDestination
{
    /// <summary>Whether a destination, as it is written, is a folder whatever is there.</summary>
    public static bool IsFolder(string text) => text[(text.LastIndexOf('/') + 1)..] is "" or "." or "..";

    /// <summary>The path from the root.</summary>
    /// <exception cref="FormatException">It is no path.</exception>
    public static byte[] PathOf(string text, string workingDir)
    {
        var path = text.StartsWith('/') ? text : $"{workingDir}/{text}";
        SourcePattern.Check(path);
        return Encoding.UTF8.GetBytes(path);
    }

    /// <summary>Opens a folder of the root; it and those above it are made where they are missing, 0755 and this owner's.</summary>
    /// <returns>Whether it was made now.</returns>
    /// <exception cref="NoFolderException">Something else is in the way.</exception>
    public static (SafeFileHandle Folder, bool IsNew) Open(SafeFileHandle root, ReadOnlySpan<byte> path, (uint Uid, uint Gid) owner)
    {
        using var walk = new RootWalk(root);
        walk.Go(path);
        if (walk.Directory is { } there)
            return (FileCalls.OpenDirectoryAt(there, "."u8), false);
        var folder = FileCalls.OpenDirectoryAt(root, "."u8);
        try
        {
            var walked = "/"u8.ToArray();
            foreach (var name in LayerPath.Split(walk.Path))
            {
                walked = LayerPath.Append(walked, name);
                using var above = folder;
                folder = Enter(above, name, walked, owner);
            }
            return (folder, true);
        }
        catch
        {
            folder.Dispose();
            throw;
        }
    }

    private static SafeFileHandle Enter(SafeFileHandle above, byte[] name, byte[] path, (uint Uid, uint Gid) owner)
    {
        const uint mode = 0x1ed; // 0755
        if (!FileCalls.TryMakeDirectory(above, name, mode))
        {
            return FileCalls.TryStatus(above, name) is { Kind: FileKind.Directory }
                ? FileCalls.OpenDirectoryAt(above, name)
                : throw new NoFolderException(Encoding.UTF8.GetString(path));
        }
        var made = FileCalls.OpenDirectoryAt(above, name);
        FileCalls.SetOwner(made, owner.Uid, owner.Gid);
        FileCalls.SetMode(made, mode); // Whatever the umask.
        return made;
    }
}

/// <summary>Something is where a folder has to be.</summary>
internal sealed class NoFolderException(string path) : Exception($"{path}: not a directory")
{
    public string Path => path;
}
