using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Shiplog.Worker.Linux;

/// <summary>
/// Tells when processes end that are nobody's children here: a pidfd becomes readable then (pidfd_open(2)). One epoll(7)
/// instance and one thread for all.
/// </summary>
internal sealed class ProcessEnds : IDisposable
{
    private readonly Lock _gate = new();
    private readonly Dictionary<ulong, (SafeFileHandle Pidfd, TaskCompletionSource Ended)> _watched = [];
    private readonly SafeFileHandle _epoll;
    private ulong _next;

    public ProcessEnds()
    {
        _epoll = Interop.EpollCreate1(Interop.EPOLL_CLOEXEC);
        if (_epoll.IsInvalid)
            throw LinuxException.Last("epoll_create1", "a new instance");
        new Thread(WaitLoop, 256 << 10) { Name = "process ends", IsBackground = true }.Start();
    }

    /// <summary>A task that ends with the process of this number; at once where there is none.</summary>
    /// <param name="startTicks">Which process of this number is meant.</param>
    public Task Of(int pid, ulong startTicks)
    {
        var pidfd = Interop.PidfdOpen(pid);
        if (pidfd.IsInvalid || PidHandle.StartTicks(pid) != startTicks)
        {
            pidfd.Dispose();
            return Task.CompletedTask;
        }

        var ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Span<byte> entry = stackalloc byte[Interop.EpollEventSize];
        entry.Clear();
        lock (_gate)
        {
            var key = ++_next;
            _watched[key] = (pidfd, ended);
            BinaryPrimitives.WriteUInt32LittleEndian(entry, Interop.EPOLLIN);
            BinaryPrimitives.WriteUInt64LittleEndian(entry[Interop.EpollDataOffset..], key);
            if (Interop.EpollCtl(_epoll, Interop.EPOLL_CTL_ADD, pidfd, entry) != 0)
            {
                var error = LinuxException.Last("epoll_ctl", $"process {pid}");
                _watched.Remove(key);
                pidfd.Dispose();
                throw error;
            }
        }

        return ended.Task;
    }

    public void Dispose() => _epoll.Dispose();

    private void WaitLoop()
    {
        Span<byte> events = new byte[Interop.EpollEventSize * 16];
        while (true)
        {
            var count = Interop.EpollWait(_epoll, events, 16, -1);
            if (count < 0 && Marshal.GetLastPInvokeError() != Errno.EINTR)
                return;
            for (var i = 0; i < count; i++)
                Ended(BinaryPrimitives.ReadUInt64LittleEndian(events[((i * Interop.EpollEventSize) + Interop.EpollDataOffset)..]));
        }
    }

    private void Ended(ulong key)
    {
        lock (_gate)
        {
            if (!_watched.Remove(key, out var watched))
                return;
            // Closing takes it out of the epoll set.
            watched.Pidfd.Dispose();
            watched.Ended.SetResult();
        }
    }
}
