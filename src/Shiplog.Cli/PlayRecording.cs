using System.CommandLine;
using System.Text;
using System.Text.Json;

namespace Shiplog.Cli;

/// <summary><c>docker shiplog play ID</c>: what a session showed, as fast as it did; only if it is what was sealed.</summary>
internal static class PlayRecording
{
    // As a shell has it for SIGINT.
    private const int Interrupted = 130;

    public static Command Command(TextWriter output)
    {
        var id = new Argument<string>("RECORDING") { Description = "Its id, from docker shiplog recordings" };
        var speed = new Option<double>("--speed", "-s") { Description = "So many times as fast", DefaultValueFactory = _ => 1 };
        var idle = new Option<double?>("--idle-limit", "-i") { Description = "No pause longer than so many seconds" };
        var raw = new Option<bool>("--raw") { Description = "Print the file (asciicast v2), for another player" };
        var command = new Command("play", "Play the recording of a session, after checking its seal") { id, speed, idle, raw };
        command.SetAction(async (parsed, cancellation) =>
        {
            if (parsed.GetValue(speed) is not > 0 || parsed.GetValue(idle) is < 0)
                throw new CliException("--speed must be greater than 0, and --idle-limit not less");
            using var engine = Commands.EngineOf(parsed);
            var cast = await engine.RecordingAsync(parsed.GetValue(id)!, cancellation);
            if (parsed.GetValue(raw))
            {
                await output.WriteAsync(Encoding.UTF8.GetString(cast));
                return 0;
            }
            try
            {
                await PlayAsync(output, Console.Error, cast, parsed.GetValue(speed), parsed.GetValue(idle), TimeProvider.System, cancellation);
                return 0;
            }
            catch (OperationCanceledException)
            {
                return Interrupted;
            }
            finally
            {
                // Half a session may leave the terminal in a colour and without a cursor.
                if (!Console.IsOutputRedirected)
                    await output.WriteAsync("\e[0m\e[?25h");
            }
        });
        return command;
    }

    /// <param name="idle">The longest pause, in seconds; <see langword="null"/> for any.</param>
    /// <exception cref="CliException">It is no asciicast v2.</exception>
    internal static async Task PlayAsync(
        TextWriter output, TextWriter notes, byte[] cast, double speed, double? idle, TimeProvider time, CancellationToken cancellation)
    {
        var lines = Encoding.UTF8.GetString(cast).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        var last = 0d;
        foreach (var line in lines.Skip(1))
        {
            var (at, code, text) = Parse(line);
            var pause = Math.Max(0, at - last);
            last = at;
            await Task.Delay(TimeSpan.FromSeconds(Math.Min(pause, idle ?? pause) / speed), time, cancellation);
            if (code == "m")
            {
                await notes.WriteLineAsync($"[{text}]");
                continue;
            }
            if (code != "o")
                continue;
            await output.WriteAsync(text);
            await output.FlushAsync(cancellation);
        }
    }

    private static (double At, string Code, string Text) Parse(string line)
    {
        try
        {
            using var json = JsonDocument.Parse(line);
            return (json.RootElement[0].GetDouble(), json.RootElement[1].GetString()!, json.RootElement[2].GetString()!);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or IndexOutOfRangeException)
        {
            throw new CliException($"the recording has a line that is no asciicast v2: {line}", e);
        }
    }
}
