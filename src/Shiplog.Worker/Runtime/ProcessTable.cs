using System.Globalization;
using System.Text.RegularExpressions;
using Shiplog.Contracts.Orders;
using Shiplog.Worker.Linux;
using Shiplog.Worker.Orders;

namespace Shiplog.Worker.Runtime;

/// <summary>The host's ps(1) about a container's processes, in Docker's form.</summary>
internal sealed record ProcessTable(string[] Titles, string[][] Processes)
{
    private static readonly char[] Blanks = ['\t', '\n', '\f', '\r', ' '];

    /// <param name="arguments">As the user gave them, separated by blanks; <see langword="null"/> for <c>-ef</c>.</param>
    /// <param name="pids">Of the container's processes, in the worker's pid namespace.</param>
    /// <exception cref="OrderException">ps refuses them, or shows no process ids.</exception>
    public static async Task<ProcessTable> OfAsync(string? arguments, IReadOnlyList<int> pids, CancellationToken cancellation)
    {
        if (string.IsNullOrEmpty(arguments))
            arguments = "-ef";
        // A column that calls itself PID and is none would let processes of the host through.
        foreach (Match column in ProcessTableText.PidColumn().Matches(arguments))
        {
            if (column.Groups[1].Value != "pid")
                throw Refused(FailureKind.Internal, $"specifying \"{column.Groups[1].Value}={column.Groups[2].Value}\" is not allowed");
        }

        var (ps, given) = (Programs.Find("ps"), arguments.Split(' '));
        var result = await Child.RunAsync(ps, [.. given, "-q" + string.Join(',', pids)], cancellation);
        // Some options (a forest) do not go together with a list of processes.
        if (result.ExitCode != 0)
            result = await Child.RunAsync(ps, given, cancellation);
        return result.ExitCode == 0
            ? Parse(result.Output, pids.ToHashSet())
            : throw Refused(FailureKind.Internal, $"ps: {result.Output.Split('\n')[0]}");
    }

    /// <exception cref="OrderException">There is no column of process ids.</exception>
    internal static ProcessTable Parse(string output, IReadOnlySet<int> pids)
    {
        var lines = output.Split('\n');
        var titles = Fields(lines[0]);
        var pidColumn = Array.IndexOf(titles, "PID");
        if (pidColumn < 0)
            throw Refused(FailureKind.Internal, "Couldn't find PID field in ps output");
        var processes = new List<string[]>();
        var within = false;
        foreach (var fields in lines.Skip(1).Select(Fields).Where(f => f.Length >= titles.Length))
        {
            // A thread has no id of its own in that column and follows its process.
            if (fields[pidColumn] != "-")
                within = int.TryParse(fields[pidColumn], NumberStyles.None, CultureInfo.InvariantCulture, out var pid) && pids.Contains(pid);
            if (within)
                processes.Add([.. fields[..(titles.Length - 1)], string.Join(' ', fields[(titles.Length - 1)..])]);
        }

        return new ProcessTable(titles, [.. processes]);
    }

    private static string[] Fields(string line) => line.Split(Blanks, StringSplitOptions.RemoveEmptyEntries);

    private static OrderException Refused(FailureKind kind, string message) => new(new OrderFailure("Top", kind, message));
}

internal static partial class ProcessTableText
{
    // pid=PID, comm=PID: a column and the title it is to have.
    [GeneratedRegex(@"\s+([^\s]*)=\s*(PID[^\s]*)")]
    public static partial Regex PidColumn();
}
