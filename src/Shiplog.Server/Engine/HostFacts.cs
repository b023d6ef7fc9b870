using System.Globalization;
using System.Runtime.InteropServices;

namespace Shiplog.Server.Engine;

/// <summary>What the machine says about itself; server and worker share it.</summary>
internal static class HostFacts
{
    /// <summary>As <c>uname -r</c>.</summary>
    public static string Kernel => File.Exists("/proc/sys/kernel/osrelease") ? File.ReadAllText("/proc/sys/kernel/osrelease").Trim() : "";

    /// <summary>As Go names it: <c>amd64</c>.</summary>
    public static string GoArchitecture => RuntimeInformation.OSArchitecture switch
    {
        Architecture.X64 => "amd64",
        Architecture.Arm64 => "arm64",
        Architecture.Arm => "arm",
        Architecture.X86 => "386",
        var other => other.ToString().ToLowerInvariant(),
    };

    /// <summary>As <c>uname -m</c>.</summary>
    public static string Machine => RuntimeInformation.OSArchitecture switch
    {
        Architecture.X64 => "x86_64",
        Architecture.Arm64 => "aarch64",
        var other => other.ToString().ToLowerInvariant(),
    };

    /// <summary>A key of /etc/os-release, without its quotes.</summary>
    public static string OsRelease(string key) => File.Exists("/etc/os-release")
        ? File.ReadLines("/etc/os-release").FirstOrDefault(l => l.StartsWith(key + "=", StringComparison.Ordinal))?[(key.Length + 1)..].Trim('"') ?? ""
        : "";

    /// <summary>Bytes.</summary>
    public static long Memory => File.ReadLines("/proc/meminfo").Select(l => l.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        .Where(f => f is ["MemTotal:", ..]).Select(f => long.Parse(f[1], CultureInfo.InvariantCulture) * 1024).FirstOrDefault();

    /// <summary>2 where containers live in the unified hierarchy, 1 where controllers are mounted apart.</summary>
    public static int CgroupVersion => File.Exists("/sys/fs/cgroup/cgroup.controllers") ? 2 : 1;

    /// <summary>Where sd_journal_send(3) sends to.</summary>
    public static bool Journal => Path.Exists("/run/systemd/journal/socket");

    public static bool Forwarding => File.Exists("/proc/sys/net/ipv4/ip_forward") && File.ReadAllText("/proc/sys/net/ipv4/ip_forward").StartsWith('1');

    /// <summary>The first and the last of the ports that the kernel gives where nobody names one; dockerd's own where it does not say.</summary>
    public static (int First, int Last) AnyPorts
    {
        get
        {
            const string File = "/proc/sys/net/ipv4/ip_local_port_range";
            var ends = System.IO.File.Exists(File) ? System.IO.File.ReadAllText(File).Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries) : [];
            return ends is [var first, var last] ? (int.Parse(first, CultureInfo.InvariantCulture), int.Parse(last, CultureInfo.InvariantCulture)) : (49153, 65535);
        }
    }

    public static string? Proxy(string name) => Environment.GetEnvironmentVariable(name) ?? Environment.GetEnvironmentVariable(name.ToUpperInvariant());
}
