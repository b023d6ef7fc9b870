using Shiplog.Contracts.Orders;
using Shiplog.Worker.Runtime;

namespace Shiplog.Worker.Stats;

/// <summary>What the interfaces that a container was given have counted, as its own processes would see it.</summary>
internal static class InterfaceCounters
{
    // What the container makes itself, it may make a thousand times, and nobody has given it.
    private const string Given = "eth";

    /// <param name="pid">Of the container's first process: its network namespace is the container's.</param>
    /// <returns><see langword="null"/> where there are none.</returns>
    public static Dictionary<string, InterfaceFigures>? Read(int pid)
    {
        try
        {
            return Parse(File.ReadLines($"/proc/{pid}/net/dev"));
        }
        catch (IOException)
        {
            // Ended meanwhile: it is in no namespace any more.
            return null;
        }
    }

    // Two lines of titles; then "eth0:" and, of what came, bytes, packets, errs, drop, fifo, frame, compressed, multicast; the same
    // of what went (proc_pid_net(5)).
    internal static Dictionary<string, InterfaceFigures>? Parse(IEnumerable<string> lines)
    {
        var interfaces = lines.Select(l => l.Split([' ', ':'], StringSplitOptions.RemoveEmptyEntries))
            .Where(f => f.Length >= 13 && f[0].StartsWith(Given, StringComparison.Ordinal) && f[0][Given.Length..].All(char.IsAsciiDigit))
            .ToDictionary(f => f[0], Figures);
        return interfaces.Count == 0 ? null : interfaces;
    }

    private static InterfaceFigures Figures(string[] fields)
    {
        ulong[] n = [.. fields[1..].Select(ControlFile.Parse)];
        return new InterfaceFigures(n[0], n[1], n[2], n[3], n[8], n[9], n[10], n[11]);
    }
}
