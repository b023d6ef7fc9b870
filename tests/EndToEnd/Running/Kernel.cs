using System.Globalization;

namespace Shiplog.EndToEnd.Tests.Running;

/// <summary>What an instance has in the kernel, on disk and in its lease table: one line a thing.</summary>
internal sealed class Kernel(RunningInstance engine)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    /// <summary>Everything there is now.</summary>
    public async Task<SortedSet<string>> LookAsync()
    {
        var found = new SortedSet<string>(StringComparer.Ordinal);
        found.UnionWith(Mounts());
        found.UnionWith(Interfaces());
        found.UnionWith(Cgroups());
        found.UnionWith(Monitors());
        found.UnionWith(await PortsAsync());
        found.UnionWith(Folders());
        found.UnionWith((await engine.Database.OpenLeasesAsync()).Select(l => "lease " + l));
        return found;
    }

    /// <summary>
    /// Fails unless everything that is there now was there before. The kernel takes interfaces away a moment after the
    /// namespace they were in, so what is left may take a while to go.
    /// </summary>
    public async Task LeavesNothingSinceAsync(IReadOnlySet<string> before)
    {
        var end = DateTime.UtcNow + Patience;
        while (true)
        {
            var left = (await LookAsync()).Except(before).ToArray();
            if (left.Length == 0)
                return;
            if (DateTime.UtcNow > end)
                throw new ShouldAssertException("left behind:\n" + string.Join('\n', left));
            await Task.Delay(50);
        }
    }

    /// <summary>Mounts that the worker sees, namespaces pinned by a mount among them.</summary>
    private IEnumerable<string> Mounts() =>
        from line in File.ReadLines($"/proc/{engine.ProcessId("worker")}/mountinfo")
        let point = line.Split(' ')[4]
        where point.StartsWith(engine.Instance.Home, StringComparison.Ordinal)
        select "mount " + point;

    private static IEnumerable<string> Interfaces() =>
        File.ReadLines("/proc/net/dev").Skip(2).Select(line => "interface " + line.Split(':')[0].Trim());

    /// <summary>Published ports in the packet filter.</summary>
    private async Task<IEnumerable<string>> PortsAsync() =>
        from line in (await Command.RunAsync("nft", ["list", "table", "ip", engine.Instance.NftTable])).Output.Split('\n')
        where line.Contains(" . ", StringComparison.Ordinal) && line.Contains(" : ", StringComparison.Ordinal) && !line.Contains("type ", StringComparison.Ordinal)
        select "published " + line.Trim();

    private IEnumerable<string> Cgroups() =>
        from hierarchy in Directory.EnumerateDirectories("/sys/fs/cgroup").Prepend("/sys/fs/cgroup")
        let parent = hierarchy + engine.Instance.CgroupParent
        where Directory.Exists(parent)
        from folder in Directory.EnumerateDirectories(parent)
        select "cgroup " + folder;

    /// <summary>The monitors (conmon) of its containers.</summary>
    public IEnumerable<string> Monitors() => MonitorIds().Select(id => "monitor " + id.ToString(CultureInfo.InvariantCulture));

    private IEnumerable<int> MonitorIds()
    {
        foreach (var folder in Directory.EnumerateDirectories("/proc"))
        {
            if (!int.TryParse(Path.GetFileName(folder), NumberStyles.None, CultureInfo.InvariantCulture, out var id))
                continue;
            string line;
            try
            {
                line = File.ReadAllText(folder + "/cmdline");
            }
            catch (IOException)
            {
                continue; // it ended while we looked
            }
            if (line.Contains("conmon", StringComparison.Ordinal) && line.Contains(engine.Instance.Home + "/", StringComparison.Ordinal))
                yield return id;
        }
    }

    /// <summary>
    /// Containers, images, layers and half-fetched things in the worker's folder. Its spool and its caches are not
    /// anybody's remains.
    /// </summary>
    private IEnumerable<string> Folders() =>
        from name in (string[])["containers", "images", "layers", "blobs/sha256", "ingest"]
        let folder = Path.Combine(engine.Instance.WorkerFolder, name)
        where Directory.Exists(folder)
        from entry in Directory.EnumerateFileSystemEntries(folder)
        select "entry " + entry;
}
