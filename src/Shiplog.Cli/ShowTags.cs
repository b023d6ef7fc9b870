using System.CommandLine;
using Shiplog.Contracts.Views;

namespace Shiplog.Cli;

/// <summary><c>docker shiplog tags app:latest</c>, <c>docker run $(docker shiplog tags -q --at '2026-11-17 14:03' app:latest)</c></summary>
internal static class ShowTags
{
    public static Command Command(TextWriter output)
    {
        var name = new Argument<string>("NAME") { Description = "Name of an image, with its tag; latest where none is given" };
        var at = new Option<string?>("--at") { Description = "Only what it meant at this time, as '2026-11-17 14:03'" };
        var quiet = new Option<bool>("--quiet", "-q") { Description = "Print ids only" };
        var command = new Command("tags", "Tell what a name of an image has meant, and who moved it") { name, at, quiet };
        command.SetAction(async (parsed, cancellation) =>
        {
            using var engine = Commands.EngineOf(parsed);
            var (wanted, time) = (parsed.GetValue(name)!, Text.ParseTimeOrNone(parsed.GetValue(at)));
            var changes = await engine.TagChangesAsync(wanted, time, cancellation);
            if (changes is [] || (time is not null && changes is [{ ImageId: null }]))
                throw new CliException(time is { } when ? $"{wanted} meant no image at {Text.Time(when)}" : $"{wanted} has never been the name of an image");
            Write(output, changes, parsed.GetValue(quiet));
        });
        return command;
    }

    internal static void Write(TextWriter output, TagChangeView[] changes, bool quiet)
    {
        if (quiet)
        {
            foreach (var id in changes.Select(c => c.ImageId).OfType<string>().Distinct())
                output.WriteLine(id);
            return;
        }
        Text.WriteTable(output,
        [
            ["SINCE", "IMAGE", "BEFORE", "BY", "EVENT"],
            .. changes.Select(c => (string[])[Text.Time(c.At), Or(c.ImageId), Or(c.PreviousImageId), c.By, "#" + c.Sequence]),
        ]);
    }

    private static string Or(string? id) => id is null ? "none" : Text.Short(id);
}
