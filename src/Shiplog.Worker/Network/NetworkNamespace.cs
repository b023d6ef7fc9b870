using Microsoft.Win32.SafeHandles;
using Shiplog.Worker.Linux;

namespace Shiplog.Worker.Network;

/// <summary>
/// A network namespace, kept by a bind mount (as ip-netns(8) does) under a container's name. This object is the worker's
/// hold on it while it is being furnished; the namespace itself lives as long as the mount, or a process in it.
/// </summary>
internal sealed class NetworkNamespace : IDisposable
{
    private NetworkNamespace(string path, SafeFileHandle handle, NetlinkSocket netlink) =>
        (Path, Handle, Netlink) = (path, handle, netlink);

    public string Path { get; }

    public SafeFileHandle Handle { get; }

    /// <summary>Speaks to the kernel about this namespace.</summary>
    public NetlinkSocket Netlink { get; }

    /// <summary>Makes one with nothing but a loopback interface, up.</summary>
    public static NetworkNamespace Create(string path) => OwnThread.Run("netns", () =>
    {
        Delete(path);
        File.Create(path).Dispose();
        if (Interop.Unshare(Interop.CLONE_NEWNET) != 0)
            throw LinuxException.Last("unshare", "CLONE_NEWNET");
        // thread-self: /proc/self is the process's first thread, whose namespace has not changed.
        Mounts.Bind("/proc/thread-self/ns/net", path);
        var netlink = new NetlinkSocket();
        try
        {
            // Interfaces made later get no IPv6 address of themselves, as Docker has it; loopback keeps ::1.
            if (File.Exists("/proc/sys/net/ipv6/conf/default/disable_ipv6"))
                File.WriteAllText("/proc/sys/net/ipv6/conf/default/disable_ipv6", "1");
            netlink.Do(LinkPlans.SetUp(1), "lo");
            return new NetworkNamespace(path, Files.Open(path, Interop.O_RDONLY), netlink);
        }
        catch
        {
            netlink.Dispose();
            Delete(path);
            throw;
        }
    });

    /// <summary>One that is there already.</summary>
    public static NetworkNamespace Open(string path) => OwnThread.Run("netns", () =>
    {
        var handle = Files.Open(path, Interop.O_RDONLY);
        try
        {
            if (Interop.Setns(handle, Interop.CLONE_NEWNET) != 0)
                throw LinuxException.Last("setns", path);
            return new NetworkNamespace(path, handle, new NetlinkSocket());
        }
        catch
        {
            handle.Dispose();
            throw;
        }
    });

    /// <summary>Lets go of the namespace; its interfaces end with it. One that is not there is no error.</summary>
    public static void Delete(string path)
    {
        Mounts.Unmount(path, detach: true);
        File.Delete(path);
    }

    public void Dispose()
    {
        // An open socket would keep the namespace alive beyond its mount.
        Netlink.Dispose();
        Handle.Dispose();
    }
}
