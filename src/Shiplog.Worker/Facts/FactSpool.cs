using System.Globalization;
using System.Text;
using System.Text.Json;
using Shiplog.Contracts.Orders;
using Shiplog.Worker.Linux;

namespace Shiplog.Worker.Facts;

/// <summary>
/// Batches on disk until the server has them: append-only files of one JSON line a batch, synchronised before anybody
/// acts on them, and beside each a file of acknowledged numbers. Each life of the worker (an epoch) writes files of its
/// own, so a torn last line can only be the end of an earlier life.
/// </summary>
internal sealed class FactSpool : IDisposable
{
    /// <summary>Bytes after which a new file is begun.</summary>
    internal const long SegmentSize = 8 << 20;

    /// <summary>Acknowledged files that stay: they remember the outcomes of recent commands.</summary>
    private const int KeptSegments = 4;

    private const string Lines = ".jsonl";
    private const string Acks = ".acks";

    private readonly Lock _gate = new();
    private readonly string _folder;
    private readonly string _host;
    private readonly string _prefix;
    private readonly List<Segment> _segments = [];
    private IReadOnlyList<(SpoolLine, bool)>? _earlier;
    private Segment _current;
    private long _number;

    public FactSpool(string folder, string host, string epoch, TimeProvider time)
    {
        (_folder, _host, Epoch) = (folder, host, epoch);
        Directory.CreateDirectory(folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        // Files sort by time, so the newest outcomes are those read last.
        _prefix = string.Create(CultureInfo.InvariantCulture, $"{time.GetUtcNow().ToUnixTimeMilliseconds():D15}-{epoch}");
        _earlier = [.. ReadEarlier()];
        _current = Begin(0);
        RemoveOld();
    }

    public string Epoch { get; }

    /// <summary>What earlier lives left, oldest first, and whether the server has acknowledged it. Given once.</summary>
    public IReadOnlyList<(SpoolLine Line, bool Acknowledged)> TakeEarlier() =>
        Interlocked.Exchange(ref _earlier, null) ?? throw new InvalidOperationException("the earlier facts were taken before");

    /// <summary>Numbers the batch, writes it and waits until it is on disk.</summary>
    public SpoolLine Append(
        string lane, string? commandId, string? cause, Report[] reports, OrderOutcome? outcome, string? ends = null, string? begins = null)
    {
        lock (_gate)
        {
            var batch = new ReportBatch(_host, Epoch, _number + 1, commandId, cause, reports);
            var line = new SpoolLine(lane, batch, outcome, ends, begins);
            var bytes = JsonSerializer.SerializeToUtf8Bytes(line, SpoolJson.Default.SpoolLine);
            Array.Resize(ref bytes, bytes.Length + 1);
            bytes[^1] = (byte)'\n';
            if (_current.Length + bytes.Length > SegmentSize && _current.Length > 0)
            {
                _current = Begin(_segments.Count);
                RemoveOld();
            }

            _current.Append(bytes, batch.Number);
            _number = batch.Number;
            return line;
        }
    }

    /// <summary>
    /// Notes that the server has the batch. Not synchronised: a note that is lost costs one repeated delivery, which the
    /// server recognises.
    /// </summary>
    public void Acknowledge(ReportBatch batch)
    {
        lock (_gate)
        {
            var segment = _segments.Find(s => s.Epoch == batch.Epoch && s.Unacknowledged.Contains(batch.Number));
            segment?.Acknowledge(batch.Number);
        }
    }

    public void Dispose()
    {
        lock (_gate)
        {
            foreach (var segment in _segments)
                segment.Dispose();
        }
    }

    private Segment Begin(int index)
    {
        var segment = new Segment(
            Path.Combine(_folder, string.Create(CultureInfo.InvariantCulture, $"{_prefix}-{index:D4}")), Epoch);
        segment.Create();
        _segments.Add(segment);
        return segment;
    }

    private IEnumerable<(SpoolLine, bool)> ReadEarlier()
    {
        foreach (var path in Directory.GetFiles(_folder, "*" + Lines).Order(StringComparer.Ordinal))
        {
            var stem = path[..^Lines.Length];
            var acknowledged = ReadAcknowledged(stem + Acks);
            var lines = ReadLines(path).ToList();
            if (lines.Count == 0)
            {
                File.Delete(path);
                File.Delete(stem + Acks);
                continue;
            }

            var segment = new Segment(stem, lines[0].Batch.Epoch);
            segment.Unacknowledged.UnionWith(lines.Select(l => l.Batch.Number).Where(n => !acknowledged.Contains(n)));
            _segments.Add(segment);
            foreach (var line in lines)
                yield return (line, acknowledged.Contains(line.Batch.Number));
        }
    }

    private static IEnumerable<SpoolLine> ReadLines(string path)
    {
        foreach (var text in File.ReadLines(path, Encoding.UTF8))
        {
            SpoolLine? line;
            try
            {
                line = JsonSerializer.Deserialize(text, SpoolJson.Default.SpoolLine);
            }
            catch (JsonException)
            {
                // A line torn by a crash was never synchronised: nobody acted on it, and nothing follows it.
                yield break;
            }

            if (line is not null)
                yield return line;
        }
    }

    private static HashSet<long> ReadAcknowledged(string path)
    {
        var numbers = new HashSet<long>();
        if (!File.Exists(path))
            return numbers;
        var text = File.ReadAllText(path, Encoding.UTF8);
        // Only what a newline ends is a whole number: half of "12" would acknowledge 1.
        foreach (var line in text[..(text.LastIndexOf('\n') + 1)].Split('\n', StringSplitOptions.RemoveEmptyEntries))
            numbers.Add(long.Parse(line, CultureInfo.InvariantCulture));
        return numbers;
    }

    private void RemoveOld()
    {
        foreach (var segment in _segments.Take(_segments.Count - KeptSegments).Where(s => s.Unacknowledged.Count == 0).ToList())
        {
            segment.Dispose();
            File.Delete(segment.Stem + Lines);
            File.Delete(segment.Stem + Acks);
            _segments.Remove(segment);
        }
    }

    private sealed class Segment(string stem, string epoch) : IDisposable
    {
        private FileStream? _lines;
        private FileStream? _acks;

        public string Stem => stem;

        public string Epoch => epoch;

        public HashSet<long> Unacknowledged { get; } = [];

        public long Length => _lines?.Length ?? 0;

        public void Create()
        {
            _lines = new FileStream(stem + Lines, FileMode.CreateNew, FileAccess.Write, FileShare.Read, 0);
            // The file's name must survive a crash as its content does.
            Files.SyncFolder(Path.GetDirectoryName(stem)!);
        }

        public void Append(byte[] line, long number)
        {
            var end = _lines!.Length;
            try
            {
                RandomAccess.Write(_lines.SafeFileHandle, line, end);
                Files.SyncData(_lines.SafeFileHandle, _lines.Name);
            }
            catch
            {
                // A full disk must not leave half a line before the next one.
                _lines.SetLength(end);
                throw;
            }

            Unacknowledged.Add(number);
        }

        public void Acknowledge(long number)
        {
            _acks ??= new FileStream(stem + Acks, FileMode.Append, FileAccess.Write, FileShare.Read, 0);
            _acks.Write(Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{number}\n")));
            Unacknowledged.Remove(number);
        }

        public void Dispose()
        {
            _lines?.Dispose();
            _acks?.Dispose();
        }
    }
}
