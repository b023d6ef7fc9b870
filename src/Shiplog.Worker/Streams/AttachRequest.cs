using System.Globalization;
using System.Text;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.Primitives;
using Shiplog.Contracts;
using Shiplog.Worker.Recordings;

namespace Shiplog.Worker.Streams;

/// <summary>What somebody who attaches asks for.</summary>
/// <param name="ExecId">The program beside the container's own that is meant, if one is.</param>
/// <param name="Logs">Begin with what was written before.</param>
/// <param name="Stream">Go on with what is written from now.</param>
internal sealed record AttachRequest(
    string ContainerId, string? ExecId, bool Stdin, bool Stdout, bool Stderr, bool Stream, bool Logs, bool Tty, string? Keys)
{
    /// <summary>Names what is to be recorded of the session; <see langword="null"/> for nothing.</summary>
    public string? RecordingId { get; init; }

    /// <summary>How it is to be recorded.</summary>
    public RecordedSession? Recorded { get; init; }

    public const string Prefix = "POST /streams/containers/";
    private const string Suffix = "/attach";

    /// <summary>Reads an HTTP request's head; <see langword="null"/> where it asks for something else.</summary>
    /// <exception cref="FormatException">It is not a request that can be served.</exception>
    public static AttachRequest? Parse(ReadOnlySpan<byte> head)
    {
        var text = Encoding.ASCII.GetString(head);
        var line = text[..text.IndexOf("\r\n", StringComparison.Ordinal)].Split(' ');
        if (line.Length != 3)
            throw new FormatException("not an HTTP request");
        var question = line[1].IndexOf('?', StringComparison.Ordinal);
        var (path, query) = question < 0 ? (line[1], "") : (line[1][..question], line[1][question..]);
        if (!path.EndsWith(Suffix, StringComparison.Ordinal))
            return null;
        var values = QueryHelpers.ParseQuery(query);
        bool Flag(string name) => values.TryGetValue(name, out var value) && value.ToString() is "1" or "true" or "True";
        var (container, exec) = path["/streams/containers/".Length..^Suffix.Length].Split("/execs/", 2) is [var c, var e] ? (c, e)
            : (path["/streams/containers/".Length..^Suffix.Length], null);
        return new AttachRequest(
            container, exec,
            Flag("stdin"), Flag("stdout"), Flag("stderr"), Flag("stream"), Flag("logs"), Flag("tty"),
            values.TryGetValue("detachKeys", out var keys) ? keys.ToString() : null)
        {
            RecordingId = values.TryGetValue("recording", out var recording) ? recording.ToString() : null,
            Recorded = recording.Count == 0 ? null : RecordedOf(values, Flag("tty")),
        };
    }

    private static RecordedSession RecordedOf(Dictionary<string, StringValues> values, bool tty)
    {
        if (!Enum.TryParse<RecordMode>(values.GetValueOrDefault("record").ToString(), ignoreCase: true, out var mode) || mode == RecordMode.Off)
            throw new FormatException("record must be output or all");
        int Number(string name) => ushort.TryParse(values.GetValueOrDefault(name).ToString(), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : 0;
        return new RecordedSession(mode, values.GetValueOrDefault("title").ToString(), tty, Number("w"), Number("h"));
    }
}
