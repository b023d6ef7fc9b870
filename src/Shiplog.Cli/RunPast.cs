using System.CommandLine;
using System.Runtime.InteropServices;
using Shiplog.Contracts.Views;

namespace Shiplog.Cli;

/// <summary>
/// <c>docker shiplog run --at '2026-11-17 14:03' -it --rm app:latest sh</c>: docker run of the image that the name meant then. What stands
/// behind <c>--at</c> is docker run's own, but for the image.
/// </summary>
internal static partial class RunPast
{
    private const string Name = "run";
    private const string Usage = "docker shiplog run --at TIME [OPTIONS OF DOCKER RUN] IMAGE [COMMAND] [ARG...]";

    // docker run's options that take no value (docker run --help).
    private const string ShortFlags = "ditPq";
    private static readonly string[] Flags =
    [
        "--detach", "--disable-content-trust", "--help", "--init", "--interactive", "--no-healthcheck", "--oom-kill-disable", "--privileged", "--publish-all",
        "--quiet", "--read-only", "--rm", "--sig-proxy", "--tty", "--use-api-socket",
    ];

    public static Command Command(Func<ParseResult, IEnumerable<string>> dockersOwn)
    {
        var at = new Option<string>("--at") { Description = "When the name meant the image, as '2026-11-17 14:03'; stands first", Required = true };
        var rest = new Argument<string[]>("RUN") { Description = "Options of docker run, the image, its command", HelpName = "[OPTIONS] IMAGE [COMMAND] [ARG...]" };
        var command = new Command(Name, "docker run of the image that a name meant at a time") { at, rest };
        command.SetAction(async (parsed, cancellation) =>
        {
            var (given, time) = (parsed.GetValue(rest)!, Text.ParseTime(parsed.GetValue(at)!));
            if (ImageIn(given) is not { } place)
                throw new CliException($"no image is named; usage: {Usage}");
            string image;
            using (var engine = Commands.EngineOf(parsed))
                image = await ImageAsync(engine, given[place], time, cancellation);
            await Console.Error.WriteLineAsync($"{given[place]} meant {image} at {Text.Time(time)}");
            return Become([.. dockersOwn(parsed), "run", .. given[..place], image, .. given[(place + 1)..]]);
        });
        return command;
    }

    /// <summary>Keeps docker run's options from being taken for ours.</summary>
    public static string[] Delimit(string[] args)
    {
        var run = Array.IndexOf(args, Commands.Name) + 1;
        if (run == 0 || run >= args.Length || args[run] != Name)
            return args;
        var behind = args.AsSpan(run + 1) switch
        {
            ["--at", _, ..] => run + 3,
            [{ } first, ..] when first.StartsWith("--at=", StringComparison.Ordinal) => run + 2,
            _ => args.Length,
        };
        return behind >= args.Length || args[behind] == "--" ? args : [.. args[..behind], "--", .. args[behind..]];
    }

    /// <summary>Where among docker run's arguments the image stands; <see langword="null"/> where none does.</summary>
    internal static int? ImageIn(string[] args)
    {
        for (var i = 0; i < args.Length; i++)
        {
            if (args[i] is "--")
                return i + 1 < args.Length ? i + 1 : null;
            if (!args[i].StartsWith('-') || args[i] is "-")
                return i;
            if (TakesNext(args[i]))
                i++;
        }
        return null;
    }

    private static bool TakesNext(string option)
    {
        if (option.StartsWith("--", StringComparison.Ordinal))
            return !option.Contains('=', StringComparison.Ordinal) && !Flags.Contains(option);
        // Several letters may stand together; the rest behind one that takes a value is its value.
        var value = option.AsSpan(1).IndexOfAnyExcept(ShortFlags);
        return value == option.Length - 2;
    }

    private static async Task<string> ImageAsync(Engine engine, string name, DateTimeOffset time, CancellationToken cancellation)
    {
        if ((await engine.TagChangesAsync(name, time, cancellation)) is not [{ ImageId: { } id }, ..])
            throw new CliException($"{name} meant no image at {Text.Time(time)}; docker shiplog tags {name} tells what it has meant");
        var lineage = await engine.LineageAsync(id, null, cancellation);
        return lineage.Image.Present ? id : Fetched(lineage.Arrivals)
            ?? throw new CliException($"{name} meant {Text.Short(id)} at {Text.Time(time)}, which has been removed and was never pulled: load or make it again");
    }

    /// <summary>By what an image that has been removed is pulled again.</summary>
    internal static string? Fetched(ArrivalView[] arrivals) => arrivals.LastOrDefault(a => a is { How: "pulled", Reference: not null }) is not { Reference: { } reference } pulled ? null
        : reference.Contains('@', StringComparison.Ordinal) ? reference
        : $"{(reference.LastIndexOf(':') is var colon && colon > reference.LastIndexOf('/') ? reference[..colon] : reference)}@{pulled.Digest}";

    /// <summary>Replaces this process: terminal, signals and exit code are docker's from here on.</summary>
    private static int Become(string[] args)
    {
        var docker = PluginArguments.Docker is { Length: > 0 } original ? original : "docker";
        const int Pipe = 13;
        // The runtime ignores it, which a new program would inherit (signal(7)).
        _ = Signal(Pipe, 0);
        _ = Exec(docker, [docker, .. args, null]);
        throw new CliException($"cannot run {docker}: {Marshal.GetLastPInvokeErrorMessage()}");
    }

    [LibraryImport("libc", EntryPoint = "execvp", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Exec(string file, string?[] arguments);

    [LibraryImport("libc", EntryPoint = "signal")]
    private static partial nint Signal(int signal, nint handler);
}
