using System.Text.RegularExpressions;
using Shiplog.Contracts.Orders;

namespace Shiplog.Worker.Runtime;

/// <summary>
/// A runtime's refusal in Docker's words. The docker CLI tells from them whether it exits with 125, 126 or 127, so they are
/// as much interface as any field.
/// </summary>
internal static partial class RuntimeErrors
{
    private const string Preface = "failed to create task for container: failed to create shim task: OCI runtime create failed: ";
    private const string ExecPreface = "OCI runtime exec failed: exec failed: ";

    // Shells give these to a program that is not there, and to one that cannot be run.
    private const int NotFound = 127;
    private const int NotExecutable = 126;
    private const int OtherFailure = 128;

    /// <summary>Of a container's own program.</summary>
    public static OrderFailure Explain(string step, string program, string message) => Explain(Preface, step, program, Clean(message));

    /// <summary>Of a program beside it.</summary>
    public static OrderFailure ExplainExec(string step, string program, string folder, string message)
    {
        var text = Clean(message);
        if (!text.StartsWith("chdir", StringComparison.Ordinal))
            return Explain(ExecPreface, step, program, text);
        var reason = text[(text.LastIndexOf(": ", StringComparison.Ordinal) + 2)..].ToLowerInvariant();
        return new OrderFailure(
            step, FailureKind.Invalid,
            $"{ExecPreface}unable to start container process: chdir to cwd (\"{folder}\") set in config.json failed: {reason}: unknown",
            reason is "permission denied" ? NotExecutable : NotFound);
    }

    private static OrderFailure Explain(string preface, string step, string program, string text)
    {
        var lower = text.ToLowerInvariant();
        if (lower.Contains("not found in $path", StringComparison.Ordinal) || IsMissingProgram(lower, program))
        {
            var reason = program.Contains('/', StringComparison.Ordinal)
                ? $"stat {program}: no such file or directory"
                : "executable file not found in $PATH";
            return new OrderFailure(step, FailureKind.Invalid, Exec(preface, program, reason), NotFound);
        }

        if (lower.Contains("open executable", StringComparison.Ordinal) || lower.Contains("exec: ", StringComparison.Ordinal))
        {
            var reason = lower.Contains("is a directory", StringComparison.Ordinal) ? "is a directory" : "permission denied";
            return new OrderFailure(step, FailureKind.Invalid, Exec(preface, program, reason), NotExecutable);
        }

        return new OrderFailure(step, FailureKind.Internal, preface + text, OtherFailure);
    }

    private static bool IsMissingProgram(string lower, string program) =>
        lower.Contains(program.ToLowerInvariant(), StringComparison.Ordinal)
        && lower.Contains("exec", StringComparison.Ordinal)
        && lower.Contains("no such file or directory", StringComparison.Ordinal);

    private static string Exec(string preface, string program, string reason) =>
        $"{preface}unable to start container process: exec: \"{program}\": {reason}: unknown";

    /// <summary>The message without what loggers put around it.</summary>
    internal static string Clean(string message)
    {
        var match = RuncLine().Match(message);
        if (match.Success)
            return Regex.Unescape(match.Groups[1].Value).Trim();
        return CrunTime().Replace(message, "").Trim();
    }

    // time="…" level=error msg="…"
    [GeneratedRegex("level=(?:error|fatal) msg=\"((?:[^\"\\\\]|\\\\.)*)\"")]
    private static partial Regex RuncLine();

    // 2024-01-02T03:04:05.000000Z: …
    [GeneratedRegex(@"^\d{4}-\d\d-\d\dT[0-9:.]+Z: ", RegexOptions.Multiline)]
    private static partial Regex CrunTime();
}
