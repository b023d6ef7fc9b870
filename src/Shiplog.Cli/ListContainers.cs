using System.CommandLine;
using Shiplog.Contracts.Views;

namespace Shiplog.Cli;

/// <summary><c>docker shiplog ps</c>: every container that there ever was.</summary>
internal static class ListContainers
{
    public static Command Command(TextWriter output)
    {
        var last = new Option<int>("--last", "-n") { Description = "The last so many (0: all)", DefaultValueFactory = _ => 30 };
        var on = new Option<string?>("--on") { Description = "Only those that ran on this image, or on one that was made of it" };
        on.CompletionSources.Add(context => Commands.Names(context.ParseResult, Commands.ImageNamesAsync));
        var command = new Command("ps", "List containers, the removed ones too") { last, on };
        command.SetAction(async (parsed, cancellation) =>
        {
            using var engine = Commands.EngineOf(parsed);
            var containers = await engine.ContainersAsync(parsed.GetValue(on), cancellation);
            var limit = parsed.GetValue(last);
            Write(output, limit > 0 ? [.. containers.Take(limit)] : containers);
        });
        return command;
    }

    internal static void Write(TextWriter output, ContainerView[] containers) => Text.WriteTable(output,
    [
        ["CONTAINER ID", "NAME", "IMAGE", "STATE", "CREATED", "BY", "RAN", "EXIT"],
        .. containers.Select(c => (string[])[
            Text.Short(c.Id), c.Name, c.Image, c.State, Text.Time(c.CreatedAt), c.CreatedBy, Ran(c),
            c.ExitCode?.ToString(System.Globalization.CultureInfo.InvariantCulture) ?? ""]),
    ]);

    private static string Ran(ContainerView c) => (c.StartedAt, c.FinishedAt) switch
    {
        (null, _) => "",
        ({ } from, { } until) when until >= from => Text.Duration(until - from),
        _ => "still",
    };
}
