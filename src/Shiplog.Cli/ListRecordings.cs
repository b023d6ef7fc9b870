using System.CommandLine;
using System.Globalization;
using Shiplog.Contracts.Views;

namespace Shiplog.Cli;

/// <summary><c>docker shiplog recordings [CONTAINER]</c>: what was recorded of sessions.</summary>
internal static class ListRecordings
{
    public static Command Command(TextWriter output)
    {
        var container = Commands.Container();
        container.Arity = ArgumentArity.ZeroOrOne;
        var command = new Command("recordings", "List the recordings of sessions (attach, exec), of removed containers too") { container };
        command.SetAction(async (parsed, cancellation) =>
        {
            using var engine = Commands.EngineOf(parsed);
            Write(output, await engine.RecordingsAsync(parsed.GetValue(container), cancellation));
        });
        return command;
    }

    internal static void Write(TextWriter output, RecordingView[] recordings) => Text.WriteTable(output,
    [
        ["RECORDING", "CONTAINER", "SESSION", "BY", "STARTED", "LASTED", "BYTES", "OF", "CUT"],
        .. recordings.Select(r => (string[])[
            r.Id, r.Container, r.ExecId is { } exec ? "exec " + Text.Short(exec) : "attach", r.By, Text.Time(r.StartedAt),
            Text.Duration(TimeSpan.FromMilliseconds(r.DurationMs)), r.Size.ToString(CultureInfo.InvariantCulture),
            r.Mode == "all" ? "output, input" : r.Mode, r.Cut ?? ""]),
    ]);
}
