using System.Diagnostics;
using System.Globalization;

namespace Shiplog.Worker.Tests.Images;

/// <summary>A measurement, run on demand: about 340 MB of this machine's own /usr in eight layers, from a registry on loopback.</summary>
public sealed class PullingALargeImage(RegistryProcess registry, ITestOutputHelper output) : IClassFixture<RegistryProcess>
{
    private const int Layers = 8;
    private const long BytesPerLayer = 42_000_000;

    [Fact(Explicit = true)]
    public async Task Takes_seconds()
    {
        var (tars, files) = Tars();
        await new TestImage(tars).PushAsync(registry.Host, "bench/large", "latest");
        output.WriteLine($"{tars.Sum(t => (long)t.Length) / 1e6:0} MB in {files} files, {tars.Length} layers");
        for (var run = 0; run < 5; run++)
        {
            using var store = new Store();
            var began = Stopwatch.GetTimestamp();
            var cpu = Process.GetCurrentProcess().TotalProcessorTime;
            await store.PullAsync($"{registry.Host}/bench/large:latest");
            var took = Stopwatch.GetElapsedTime(began);
            output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"pull {took.TotalSeconds:0.00} s, of it the sync {store.Content.LastSync.TotalSeconds:0.00} s; CPU {(Process.GetCurrentProcess().TotalProcessorTime - cpu).TotalSeconds:0.00} s"));
        }
    }

    private static (byte[][] Tars, int Files) Tars()
    {
        var all = Directory.EnumerateFiles("/usr", "*", new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = FileAttributes.ReparsePoint })
            .Select(f => new FileInfo(f)).Where(f => f.Length < 400_000).Take(60_000).OrderBy(f => f.FullName, StringComparer.Ordinal).ToList();
        var tars = new List<byte[]>();
        var (at, count) = (0, 0);
        while (tars.Count < Layers)
        {
            var names = new List<string>();
            for (long size = 0; size < BytesPerLayer && at < all.Count; at++)
            {
                size += all[at].Length;
                names.Add(all[at].FullName[1..]);
            }
            count += names.Count;
            tars.Add(Tar(names));
        }
        return ([.. tars], count);
    }

    private static byte[] Tar(List<string> names)
    {
        var list = Path.GetTempFileName();
        File.WriteAllText(list, string.Join('\0', names));
        using var tar = Process.Start(new ProcessStartInfo("tar", ["-C", "/", "--null", "-T", list, "-cf", "-"]) { RedirectStandardOutput = true })!;
        using var bytes = new MemoryStream();
        tar.StandardOutput.BaseStream.CopyTo(bytes);
        tar.WaitForExit();
        File.Delete(list);
        return bytes.ToArray();
    }
}
