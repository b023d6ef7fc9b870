using System.Globalization;
using System.Reflection;
using Shiplog.Contracts.Orders;
using Shiplog.Worker.Runtime;
using Shiplog.Worker.Storage;

namespace Shiplog.Worker.Reconcile;

/// <summary>What the worker says about its host.</summary>
internal sealed class HostFacts(OciRuntime runtime, StorageDrivers drivers, TimeProvider time)
{
    /// <summary>Facts about the host are delivered in their own order.</summary>
    public const string Lane = "host";

    public static string Version { get; } =
        typeof(HostFacts).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!.InformationalVersion.Split('+')[0];

    public async Task<Report> StartedAsync(CancellationToken cancellation) => new WorkerStartedReport(
        Version, (await File.ReadAllTextAsync("/proc/sys/kernel/osrelease", cancellation)).Trim(),
        await runtime.VersionAsync(cancellation), drivers.Chosen.Name, Environment.ProcessorCount, Memory(), time.GetUtcNow())
    {
        Storage = drivers.Choice,
    };

    // MemTotal:  4026532 kB
    private static long Memory()
    {
        var line = File.ReadLines("/proc/meminfo").First(l => l.StartsWith("MemTotal:", StringComparison.Ordinal));
        return long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) * 1024;
    }
}
