using System.CommandLine;
using Shiplog.Contracts.Views;

namespace Shiplog.Cli;

/// <summary><c>docker shiplog lineage IMAGE</c>: what an image was made of, what was made of it, and how it came here.</summary>
internal static class ShowLineage
{
    public static Command Command(TextWriter output)
    {
        var image = Commands.Image();
        var at = new Option<string?>("--at") { Description = "What the name meant at this time, as '2026-11-17 14:03'" };
        var dockerfile = new Option<bool>("--dockerfile") { Description = "Print the commits that led to it as a Dockerfile" };
        var command = new Command("lineage", "Show what an image was made of, what was made of it, and how it came here") { image, at, dockerfile };
        command.SetAction(async (parsed, cancellation) =>
        {
            using var engine = Commands.EngineOf(parsed);
            var (wanted, time) = (parsed.GetValue(image)!, Text.ParseTimeOrNone(parsed.GetValue(at)));
            if (parsed.GetValue(dockerfile))
                await output.WriteAsync(await engine.DockerfileAsync(wanted, time, cancellation));
            else
                Write(output, await engine.LineageAsync(wanted, time, cancellation));
        });
        return command;
    }

    internal static void Write(TextWriter output, ImageLineageView lineage)
    {
        var above = lineage.Ancestors.Length;
        Text.WriteTable(output,
        [
            ["IMAGE", "NAME", "ORIGIN", "FROM CONTAINER", "SINCE", "BY", "MADE OF THE ONE ABOVE"],
            .. lineage.Ancestors.Reverse().Select((r, i) => Row(r, i, "")),
            Row(lineage.Image, above, "  <"),
            .. lineage.Descendants.Select(r => Row(r, above + r.Distance, "")),
        ]);
        output.WriteLine();
        Text.WriteTable(output,
        [
            ["CAME HERE", "HOW", "NAME", "FROM", "DIGEST", "BY"],
            .. lineage.Arrivals.Select(a => (string[])[Text.Time(a.At), a.How, a.Reference ?? "", a.Registry ?? "", a.Digest, a.By]),
        ]);
    }

    private static string[] Row(RelativeView r, int depth, string mark) =>
    [
        (depth == 0 ? "" : new string(' ', 2 * depth - 2) + "└ ") + Text.Short(r.Id) + mark, r.HasName ? r.Name! : r.Name is { } former ? $"({former})" : "", r.Origin + (r.Present ? "" : ", removed"),
        r.Container ?? (r.ContainerId is { } id ? Text.Short(id) : ""), Text.Time(r.At), r.By,
        depth == 0 ? "" : r.Inferred ? "by its layers" : "by the log",
    ];
}
