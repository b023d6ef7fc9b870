using System.Buffers;
using System.IO.Pipelines;
using System.Text;
using Shiplog.Worker.Linux;

namespace Shiplog.Worker.Streams;

/// <summary>Reads the log that conmon writes, all of its files, and goes on reading as it grows.</summary>
internal sealed class LogReader(Inotify inotify)
{
    private static readonly byte[] NewLine = "\n"u8.ToArray();

    /// <summary>Writes what was asked for in Docker's stream format, over all of the log's files, until the log, or the run, ends.</summary>
    /// <param name="ended">Ends with the container's run.</param>
    public async Task WriteAsync(string path, LogRequest request, PipeWriter output, Task ended, CancellationToken cancellation)
    {
        if (!File.Exists(path))
            return;
        var (log, writer, changed) = (new LogFiles(path), new LogWriter(request, output), new SemaphoreSlim(0));
        // Watched before the first look: what happens in between is not missed.
        using var begun = request.Follow ? inotify.WatchFolder(Path.GetDirectoryName(path)!, _ => changed.Release()) : null;
        for (var file = Begin(log, request); file is not null; file = log.OpenAfter(file.Number))
        {
            using (file)
            {
                using var watch = request.Follow && file.IsCurrent ? inotify.WatchFile(PathOf(file.Content), () => changed.Release()) : null;
                while (true)
                {
                    // Asked before reading: where it has ended, or another file been begun, what is read next is all there is.
                    var (over, left) = (!request.Follow || ended.IsCompleted, log.IsLeft(file));
                    if (!await CopyAsync(file.Content, line => writer.WriteAsync(line, cancellation), cancellation))
                        return;
                    await output.FlushAsync(cancellation);
                    if (over || left)
                        break;
                    await Task.WhenAny(changed.WaitAsync(cancellation), ended);
                    cancellation.ThrowIfCancellationRequested();
                    // One look for all that has changed meanwhile.
                    while (changed.Wait(0, CancellationToken.None))
                    {
                    }
                }
            }
        }
    }

    /// <summary>
    /// Tells a client who attaches what was written before: the log's whole lines up to its present end. What is written in
    /// this moment he gets live too (<see cref="ContainerSession"/>).
    /// </summary>
    public static async Task ReplayAsync(string path, AttachedClient client)
    {
        if (!File.Exists(path))
            return;
        var log = new LogFiles(path);
        for (var file = log.OpenAfter(0); file is not null && !client.Left.IsCompleted; file = log.OpenAfter(file.Number))
        {
            using (file)
            {
                await CopyAsync(
                    file.Content,
                    async line =>
                    {
                        await client.WriteWithinTurnAsync(line.Stream, line.Partial ? line.Text : (byte[])[.. line.Text.Span, .. NewLine]);
                        return !client.Left.IsCompleted;
                    },
                    CancellationToken.None);
            }
        }
    }

    // The file itself, whatever has its name by now.
    private static string PathOf(FileStream file) => $"/proc/self/fd/{file.SafeFileHandle.DangerousGetHandle()}";

    /// <summary>The file that the first wanted line is in, at its place; <see langword="null"/> where there is no log any more.</summary>
    private static OpenLog? Begin(LogFiles log, LogRequest request)
    {
        while (request.Tail is { } tail)
        {
            var (files, found) = (log.List(), 0);
            for (var i = files.Count - 1; i >= 0; i--)
            {
                // Deleted meanwhile, or full: what is in the list now decides.
                if (LogFiles.TryOpen(files[i]) is not { } file)
                    break;
                if (FindTail(file.Content, tail, request, i == files.Count - 1, ref found) is { } position)
                {
                    file.Content.Position = position;
                    return file;
                }

                if (i == 0)
                    return file;
                file.Dispose();
            }

            if (files is [])
                return null;
        }

        return log.OpenAfter(0);
    }

    // From the file's position to the end of its last whole line, where the position is left. False when no more is wanted.
    private static async Task<bool> CopyAsync(
        FileStream file, Func<LogLine, ValueTask<bool>> write, CancellationToken cancellation)
    {
        var position = file.Position;
        // A reader that has seen the end once would not look again.
        var lines = PipeReader.Create(file, new StreamPipeReaderOptions(leaveOpen: true));
        while (true)
        {
            var read = await lines.ReadAsync(cancellation);
            var rest = read.Buffer;
            while (TryTake(ref rest, out var line))
            {
                if (LogLine.Parse(line) is { } entry && !await write(entry))
                    return false;
            }

            position += read.Buffer.Length - rest.Length;
            lines.AdvanceTo(rest.Start, rest.End);
            if (read.IsCompleted)
            {
                file.Position = position;
                return true;
            }
        }
    }

    private static bool TryTake(ref ReadOnlySequence<byte> buffer, out ReadOnlyMemory<byte> line)
    {
        if (buffer.PositionOf((byte)'\n') is not { } end)
        {
            line = default;
            return false;
        }

        var taken = buffer.Slice(0, end);
        line = taken.IsSingleSegment ? taken.First : taken.ToArray();
        buffer = buffer.Slice(buffer.GetPosition(1, end));
        return true;
    }

    /// <summary>Where the last lines begin, read from the end: a log may be much larger than what is wanted of it.</summary>
    /// <param name="newest">No later file has lines of the log.</param>
    /// <param name="found">How many of the lines later files have, and with this one.</param>
    /// <returns><see langword="null"/> where earlier files have to be looked at.</returns>
    private static long? FindTail(FileStream file, int count, LogRequest request, bool newest, ref int found)
    {
        var end = file.Length;
        if (count == 0)
            return end;
        // The start of each entry is known when the newline before it is found.
        for (var lineEnd = end; lineEnd > 0;)
        {
            var start = FindStart(file, lineEnd - 1);
            var bytes = new byte[lineEnd - start];
            RandomAccess.Read(file.SafeFileHandle, bytes, start);
            if (LogLine.Parse(bytes.AsMemory(0, bytes.Length - 1)) is { } entry && request.Wants(entry) && (!entry.Partial || (newest && lineEnd == end)))
            {
                // A whole line's last piece: whatever comes before it belongs to earlier lines once enough are counted.
                if (found == count)
                    return lineEnd;
                found++;
            }

            lineEnd = start;
        }

        return null;
    }

    // The position after the newline that is before `before`.
    private static long FindStart(FileStream file, long before)
    {
        Span<byte> block = stackalloc byte[4096];
        while (before > 0)
        {
            var from = Math.Max(0, before - block.Length);
            var read = RandomAccess.Read(file.SafeFileHandle, block[..(int)(before - from)], from);
            var newline = block[..read].LastIndexOf((byte)'\n');
            if (newline >= 0)
                return from + newline + 1;
            before = from;
        }

        return 0;
    }

    /// <summary>Puts entries into the form that was asked for.</summary>
    private sealed class LogWriter(LogRequest request, PipeWriter output)
    {
        private const int FlushAfter = 32 << 10;
        private readonly bool[] _within = new bool[3];

        public async ValueTask<bool> WriteAsync(LogLine line, CancellationToken cancellation)
        {
            if (request.IsPast(line))
                return false;
            if (!request.Wants(line))
                return true;
            // A line that comes in pieces has its time and its details before the first.
            var stamp = _within[(int)line.Stream] ? ""
                : (request.Timestamps ? line.Stamp() + " " : "") + (request.Details is { } details ? details + " " : "");
            _within[(int)line.Stream] = line.Partial;
            var length = Encoding.UTF8.GetByteCount(stamp) + line.Text.Length + (line.Partial ? 0 : 1);
            if (!request.Tty)
            {
                StreamFrame.WriteHeader(output.GetSpan(StreamFrame.HeaderLength), line.Stream, length);
                output.Advance(StreamFrame.HeaderLength);
            }

            output.Write(Encoding.UTF8.GetBytes(stamp));
            output.Write(line.Text.Span);
            if (!line.Partial)
                output.Write(NewLine);
            return output.UnflushedBytes < FlushAfter || !(await output.FlushAsync(cancellation)).IsCompleted;
        }
    }
}
