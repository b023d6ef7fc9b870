using System.Net;
using System.Net.Sockets;
using Shiplog.Contracts.Orders;
using Shiplog.Worker.Linux;
using Shiplog.Worker.Orders;

namespace Shiplog.Worker.Volumes;

/// <summary>A volume whose options name what is mounted: <c>type</c>, <c>device</c> and <c>o</c>, as mount(8) has them.</summary>
internal sealed record LocalMount(string Device, string Type, nuint Flags, string Data)
{
    // mount(2); a word that takes its opposite back has the same flag.
    private static readonly Dictionary<string, (nuint Flag, bool Set)> Words = new()
    {
        ["defaults"] = (0, true),
        ["ro"] = (Interop.MS_RDONLY, true),
        ["rw"] = (Interop.MS_RDONLY, false),
        ["nosuid"] = (Interop.MS_NOSUID, true),
        ["suid"] = (Interop.MS_NOSUID, false),
        ["nodev"] = (Interop.MS_NODEV, true),
        ["dev"] = (Interop.MS_NODEV, false),
        ["noexec"] = (Interop.MS_NOEXEC, true),
        ["exec"] = (Interop.MS_NOEXEC, false),
        ["sync"] = (Interop.MS_SYNCHRONOUS, true),
        ["async"] = (Interop.MS_SYNCHRONOUS, false),
        ["dirsync"] = (Interop.MS_DIRSYNC, true),
        ["noatime"] = (Interop.MS_NOATIME, true),
        ["atime"] = (Interop.MS_NOATIME, false),
        ["nodiratime"] = (Interop.MS_NODIRATIME, true),
        ["diratime"] = (Interop.MS_NODIRATIME, false),
        ["relatime"] = (Interop.MS_RELATIME, true),
        ["strictatime"] = (Interop.MS_STRICTATIME, true),
        ["bind"] = (Interop.MS_BIND, true),
        ["rbind"] = (Interop.MS_BIND | Interop.MS_REC, true),
    };

    public static LocalMount Plan(IReadOnlyDictionary<string, string> options)
    {
        nuint flags = 0;
        var data = new List<string>();
        foreach (var option in options.GetValueOrDefault("o", "").Split(',', StringSplitOptions.RemoveEmptyEntries))
        {
            if (!Words.TryGetValue(option, out var word))
                data.Add(option);
            else if (word.Set)
                flags |= word.Flag;
            else
                flags &= ~word.Flag;
        }
        return new LocalMount(options["device"], options["type"], flags, string.Join(',', data));
    }

    /// <exception cref="OrderException">The kernel refuses. What it is told of options is left out: there may be a password.</exception>
    public void Apply(string target)
    {
        try
        {
            Mounts.Mount(Device, target, Type, Flags, WithAddress());
            // The kernel takes no other flag together with a bind; it is told again (mount(2), "Creating a bind mount").
            if ((Flags & Interop.MS_BIND) != 0 && (Flags & ~(Interop.MS_BIND | Interop.MS_REC)) != 0)
                Mounts.Mount("none", target, null, Interop.MS_REMOUNT | (Flags & ~Interop.MS_REC), null);
        }
        catch (Exception e) when (e is LinuxException or SocketException)
        {
            var reason = e is LinuxException linux ? linux.Reason : e.Message;
            throw new OrderException(new OrderFailure(
                "MountVolumes", FailureKind.Invalid, $"failed to mount local volume: mount {Device}:{target}, type: {Type}, flags: 0x{Flags:x}: {reason}", 128), inner: e);
        }
    }

    // The kernel's NFS client knows no names: mount.nfs(8) looks them up, and so must we.
    private string WithAddress()
    {
        if (!Type.StartsWith("nfs", StringComparison.Ordinal))
            return Data;
        return string.Join(',', Data.Split(',').Select(option =>
            option.StartsWith("addr=", StringComparison.Ordinal) && !IPAddress.TryParse(option.AsSpan(5), out _)
                ? "addr=" + Dns.GetHostAddresses(option[5..])[0]
                : option));
    }
}
