using System.Text;
using Microsoft.Win32.SafeHandles;

namespace Shiplog.Worker.Linux;

/// <summary>Durable and careful file work.</summary>
internal static class Files
{
    private const int Attempts = 64;

    /// <summary>Waits until the file's content is on disk.</summary>
    public static void SyncData(SafeFileHandle file, string name)
    {
        if (Interop.Fdatasync(file) != 0)
            throw LinuxException.Last("fdatasync", name);
    }

    /// <summary>Waits until the folder's entries are on disk.</summary>
    public static void SyncFolder(string path)
    {
        using var folder = OpenFolder(path);
        if (Interop.Fsync(folder) != 0)
            throw LinuxException.Last("fsync", path);
    }

    public static SafeFileHandle OpenFolder(string path) => Open(path, Interop.O_RDONLY | Interop.O_DIRECTORY);

    /// <summary>A handle that names a place in the file tree, for system calls and <c>/proc/self/fd</c>.</summary>
    public static SafeFileHandle OpenPath(string path) => Open(path, Interop.O_PATH);

    public static SafeFileHandle Open(string path, int flags)
    {
        var file = Interop.Open(path, flags | Interop.O_CLOEXEC, 0);
        return file.IsInvalid ? throw LinuxException.Last("open", path) : file;
    }

    /// <summary>Replaces a file whole: after a crash it has its old or its new content, never half of one.</summary>
    /// <param name="durable">Also wait until the new content is on disk.</param>
    public static void Replace(string path, ReadOnlySpan<byte> content, bool durable)
    {
        var temporary = path + ".new";
        using (var file = new FileStream(temporary, FileMode.Create, FileAccess.Write, FileShare.None, 0))
        {
            file.Write(content);
            if (durable)
                SyncData(file.SafeFileHandle, temporary);
        }

        File.Move(temporary, path, overwrite: true);
    }

    /// <summary>
    /// Reads a file of a container's tree, which may be hostile: links stay inside the root, only a regular file is read,
    /// and no more of it than <paramref name="limit"/> bytes. <see langword="null"/> where there is none.
    /// </summary>
    /// <exception cref="InvalidDataException">It is no regular file, or too large.</exception>
    public static string? ReadInRoot(SafeFileHandle root, string path, int limit)
    {
        using var file = OpenInRoot(root, path);
        if (file is null)
            return null;

        if (Interop.Statx(file, "", Interop.AT_EMPTY_PATH, Interop.STATX_BASIC_STATS, out var stat) != 0)
            throw LinuxException.Last("statx", path);
        if ((stat.Mode & Interop.S_IFMT) != Interop.S_IFREG)
            throw new InvalidDataException($"{path} in the container is not a regular file");
        if (stat.Size > (ulong)limit)
            throw new InvalidDataException($"{path} in the container has {stat.Size} bytes, more than the {limit} that are read");
        var content = new byte[stat.Size];
        var read = RandomAccess.Read(file, content, 0);
        return Encoding.UTF8.GetString(content, 0, read);
    }

    private static SafeFileHandle? OpenInRoot(SafeFileHandle root, string path)
    {
        for (var attempt = 1; ; attempt++)
        {
            // O_NONBLOCK: a FIFO in the file's place must not hold the worker.
            var file = Interop.Openat2(root, path, new Interop.OpenHow
            {
                Flags = Interop.O_RDONLY | Interop.O_CLOEXEC | Interop.O_NONBLOCK,
                Resolve = Interop.RESOLVE_IN_ROOT | Interop.RESOLVE_NO_MAGICLINKS,
            });
            if (!file.IsInvalid)
                return file;
            var error = LinuxException.Last("openat2", path);
            file.Dispose();
            if (error.Errno == Errno.ENOENT)
                return null;
            // Something was mounted or renamed, anywhere, while the kernel looked above a "..": that says nothing of the file (openat2(2)).
            if (error.Errno != Errno.EAGAIN || attempt == Attempts)
                throw error;
        }
    }
}
