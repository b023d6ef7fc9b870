using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Text;
using Shiplog.Worker.Images.Progress;
using Shiplog.Worker.Images.Registry;

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
        // Kept until the end: ext4 is slow to make files where many have just been deleted.
        var stores = new List<Store>();
        for (var run = 0; run < 5; run++)
        {
            var store = new Store();
            stores.Add(store);
            var clock = new Clock();
            var began = Stopwatch.GetTimestamp();
            var cpu = Process.GetCurrentProcess().TotalProcessorTime;
            await store.Puller.PullAsync(ImageName.TryParse($"{registry.Host}/bench/large:latest")!, null, null, null, clock, CancellationToken.None);
            var took = Stopwatch.GetElapsedTime(began);
            output.WriteLine(string.Create(CultureInfo.InvariantCulture, $"pull {took.TotalSeconds:0.00} s: first layer asked for after {clock.At("Pulling fs layer").First:0.00}, downloaded {clock.At("Download complete").Last:0.00}, unpacked {clock.At("Pull complete").Last:0.00}, of the rest the disk's sync {store.Content.LastSync.TotalSeconds:0.00}; CPU {(Process.GetCurrentProcess().TotalProcessorTime - cpu).TotalSeconds:0.00} s"));
        }
        stores.ForEach(s => s.Dispose());
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

    private sealed class Clock : IProgressSink
    {
        private readonly long _began = Stopwatch.GetTimestamp();
        private readonly ConcurrentQueue<(double Seconds, string Line)> _lines = new();

        public void Write(byte[] line) => _lines.Enqueue((Stopwatch.GetElapsedTime(_began).TotalSeconds, Encoding.UTF8.GetString(line)));

        public (double First, double Last) At(string status)
        {
            var times = _lines.Where(l => l.Line.Contains(status, StringComparison.Ordinal)).Select(l => l.Seconds).ToList();
            return (times.Min(), times.Max());
        }
    }
}
