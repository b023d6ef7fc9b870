using System.CommandLine;

namespace Shiplog.Cli;

/// <summary><c>docker shiplog logs CONTAINER</c>: as <c>docker logs</c>, and the last lines of removed containers.</summary>
internal static class ShowLogs
{
    public static Command Command(TextWriter output)
    {
        var container = Commands.Container();
        var tail = new Option<int>("--tail", "-n") { Description = "The last so many lines", DefaultValueFactory = _ => 1000 };
        var timestamps = new Option<bool>("--timestamps", "-t") { Description = "With the time of each line" };
        var command = new Command("logs", "Show the last lines of a container's log, of a removed one too") { container, tail, timestamps };
        command.SetAction(async (parsed, cancellation) =>
        {
            using var engine = Commands.EngineOf(parsed);
            var view = await engine.ContainerAsync(parsed.GetValue(container)!, cancellation);
            await output.WriteAsync(await engine.LogsAsync(view.Id, parsed.GetValue(tail), parsed.GetValue(timestamps), cancellation));
        });
        return command;
    }
}
