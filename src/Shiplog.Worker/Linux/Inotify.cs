using System.Buffers.Binary;
using System.Text;
using Microsoft.Win32.SafeHandles;

namespace Shiplog.Worker.Linux;

/// <summary>
/// Changes of files and folders as they happen: one inotify(7) instance and one thread for the whole worker. Callbacks run
/// on that thread and must not block.
/// </summary>
internal sealed class Inotify : IDisposable
{
    private readonly Lock _gate = new();
    private readonly Dictionary<int, List<Watch>> _watches = [];
    private readonly SafeFileHandle _inotify;

    public Inotify()
    {
        _inotify = Interop.InotifyInit1(Interop.IN_CLOEXEC);
        if (_inotify.IsInvalid)
            throw LinuxException.Last("inotify_init1", "a new instance");
        new Thread(ReadLoop, 256 << 10) { Name = "inotify", IsBackground = true }.Start();
    }

    /// <summary>
    /// Calls back with the name of each file that appears in the folder, or with <see langword="null"/> where changes were
    /// lost and the folder must be looked through.
    /// </summary>
    public IDisposable WatchFolder(string folder, Action<string?> appeared) =>
        Add(folder, Interop.IN_MOVED_TO | Interop.IN_CREATE, appeared);

    /// <summary>Calls back after writes to the file.</summary>
    public IDisposable WatchFile(string file, Action changed) => Add(file, Interop.IN_MODIFY, _ => changed());

    public void Dispose() => _inotify.Dispose();

    private Watch Add(string path, uint mask, Action<string?> callback)
    {
        lock (_gate)
        {
            // The same path gives the same number: several watchers share it.
            var number = Interop.InotifyAddWatch(_inotify, path, mask);
            if (number < 0)
                throw LinuxException.Last("inotify_add_watch", path);
            var watch = new Watch(this, number, callback);
            if (!_watches.TryGetValue(number, out var list))
                _watches[number] = list = [];
            list.Add(watch);
            return watch;
        }
    }

    private void Remove(Watch watch)
    {
        lock (_gate)
        {
            if (!_watches.TryGetValue(watch.Number, out var list) || !list.Remove(watch) || list.Count > 0)
                return;
            _watches.Remove(watch.Number);
            if (_inotify.IsClosed)
                return;
            // Fails where the file has gone and the kernel has dropped the watch itself.
            _ = Interop.InotifyRmWatch(_inotify, watch.Number);
        }
    }

    private void ReadLoop()
    {
        Span<byte> buffer = new byte[16 << 10];
        try
        {
            while (true)
            {
                var read = (int)Interop.Read(_inotify, buffer, (nuint)buffer.Length);
                if (read <= 0)
                {
                    if (read < 0 && System.Runtime.InteropServices.Marshal.GetLastPInvokeError() == Errno.EINTR)
                        continue;
                    return;
                }

                Dispatch(buffer[..read]);
            }
        }
        catch (ObjectDisposedException)
        {
            // The end of the loop: a read that was under way holds the descriptor open, the next one finds it disposed.
        }
    }

    // struct inotify_event: int wd; uint32_t mask, cookie, len; char name[len], padded with zeros.
    private void Dispatch(ReadOnlySpan<byte> events)
    {
        while (!events.IsEmpty)
        {
            var number = BinaryPrimitives.ReadInt32LittleEndian(events);
            var mask = BinaryPrimitives.ReadUInt32LittleEndian(events[4..]);
            var length = (int)BinaryPrimitives.ReadUInt32LittleEndian(events[12..]);
            var name = Encoding.UTF8.GetString(events.Slice(16, length).TrimEnd((byte)0));
            events = events[(16 + length)..];
            if ((mask & Interop.IN_Q_OVERFLOW) != 0)
                Call(null, null);
            else if ((mask & Interop.IN_IGNORED) == 0)
                Call(number, name);
        }
    }

    private void Call(int? number, string? name)
    {
        Watch[] watches;
        lock (_gate)
        {
            watches = number is { } one
                ? [.. _watches.GetValueOrDefault(one) ?? []]
                : [.. _watches.Values.SelectMany(w => w)];
        }

        foreach (var watch in watches)
            watch.Callback(name);
    }

    private sealed class Watch(Inotify owner, int number, Action<string?> callback) : IDisposable
    {
        public int Number => number;

        public Action<string?> Callback => callback;

        public void Dispose() => owner.Remove(this);
    }
}
