using System.CommandLine;

namespace Shiplog.Cli;

/// <summary><c>docker shiplog diff IMAGE IMAGE</c>: what the second has that the first has not, and the other way round.</summary>
internal static class ShowImageDiff
{
    public static Command Command(TextWriter output)
    {
        var (from, to) = (Commands.Image(), Commands.Image("OTHER"));
        var command = new Command("diff", "Show which files another image has (A), has differently (C) and has not (D)") { from, to };
        command.SetAction(async (parsed, cancellation) =>
        {
            using var engine = Commands.EngineOf(parsed);
            ShowLayers.WriteFiles(output, await engine.ImageDiffAsync(parsed.GetValue(from)!, parsed.GetValue(to)!, cancellation));
        });
        return command;
    }
}
