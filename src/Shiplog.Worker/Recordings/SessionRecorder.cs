using System.Security.Cryptography;
using System.Threading.Channels;
using Shiplog.Contracts;
using Shiplog.Contracts.Orders;
using Shiplog.Worker.Linux;

namespace Shiplog.Worker.Recordings;

/// <summary>What is known of a session when its recording begins.</summary>
/// <param name="Title">What is run.</param>
/// <param name="Terminal">It has one.</param>
internal sealed record RecordedSession(RecordMode Mode, string Title, bool Terminal, int Width, int Height);

/// <summary>
/// One session's recording. Whoever hands it bytes never waits: they are put aside, and a task of its own writes them. When
/// the disk is too slow for that, or full, the recording ends there and the session goes on.
/// </summary>
internal sealed class SessionRecorder : IDisposable
{
    /// <summary>Bytes put aside at most.</summary>
    internal const int Backlog = 4 << 20;

    // For the last line, which says why there is no more.
    private const int Reserve = 256;

    // Written at once, where so much has been put aside.
    private const int Batch = 64 << 10;

    private readonly Channel<Piece> _pieces = Channel.CreateUnbounded<Piece>(new UnboundedChannelOptions { SingleReader = true });
    private readonly Asciicast _cast = new();
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private readonly RecordingPaths _paths;
    private readonly RecordedSession _session;
    private readonly long _limit;
    private readonly TimeProvider _time;
    private readonly long _began;
    private long _waiting;
    private long _written;
    private TimeSpan _last;
    private string? _cut;
    private string? _error;

    /// <param name="limit">Of the file, in bytes.</param>
    /// <param name="closed">Called with the seal, when the file is on disk as it will stay.</param>
    public SessionRecorder(RecordingPaths paths, RecordedSession session, long limit, TimeProvider time, Func<SessionRecordedReport, Task> closed)
    {
        (_paths, _session, _limit, _time, _began) = (paths, session, limit, time, time.GetTimestamp());
        Closed = Task.Run(() => RecordAsync(closed));
    }

    /// <summary>Ends when the seal has been reported.</summary>
    public Task Closed { get; }

    public void Write(CastStream stream, ReadOnlySpan<byte> data)
    {
        if (data.IsEmpty || Volatile.Read(ref _cut) is not null || (stream == CastStream.Input && _session.Mode != RecordMode.All))
            return;
        if (Interlocked.Add(ref _waiting, data.Length) > Backlog)
            Cut("slow");
        else
            _pieces.Writer.TryWrite(new Piece(_time.GetElapsedTime(_began), stream, data.ToArray(), default));
    }

    /// <summary>The terminal has another size, in characters.</summary>
    public void Resize(int width, int height) =>
        _pieces.Writer.TryWrite(new Piece(_time.GetElapsedTime(_began), default, null, (width, height)));

    /// <summary>The session is over. What was put aside is still written.</summary>
    public void Dispose() => _pieces.Writer.TryComplete();

    private void Cut(string reason, string? error = null)
    {
        if (Interlocked.CompareExchange(ref _cut, reason, null) is null)
            _error = error;
        _pieces.Writer.TryComplete();
    }

    private async Task RecordAsync(Func<SessionRecordedReport, Task> closed)
    {
        try
        {
            Directory.CreateDirectory(_paths.Folder, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            using var file = new FileStream(_paths.Part, new FileStreamOptions
            {
                Mode = FileMode.CreateNew,
                Access = FileAccess.Write,
                Share = FileShare.Read,
                BufferSize = 0,
                UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
            });
            await WriteAsync(file);
            Files.SyncData(file.SafeFileHandle, _paths.Part);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or LinuxException)
        {
            Cut("disk", e.Message);
        }

        var length = _time.GetElapsedTime(_began);
        var digest = "sha256:" + Convert.ToHexStringLower(_hash.GetHashAndReset());
        _hash.Dispose();
        await closed(new SessionRecordedReport(_paths.ContainerId, _paths.Id, _written, digest, length, _cut, _error, _time.GetUtcNow()));
    }

    private async Task WriteAsync(FileStream file)
    {
        Append(file, Asciicast.Header(_session.Width, _session.Height, _time.GetUtcNow(), _session.Title, _session.Terminal));
        var batch = new MemoryStream();
        while (await _pieces.Reader.WaitToReadAsync())
        {
            while (_cut is not "size" && batch.Length < Batch && _pieces.Reader.TryRead(out var piece))
                Take(piece, batch);
            Append(file, batch.GetBuffer().AsSpan(0, (int)batch.Length));
            batch.SetLength(0);
            if (_cut is "size")
                break;
        }

        foreach (var rest in _cut is null ? _cast.End(_last) : [])
            Append(file, rest);
        if (_cut is { } reason)
            Append(file, Asciicast.Marker(_last, "recording cut: " + Explain(reason)));
    }

    private void Take(Piece piece, MemoryStream batch)
    {
        // Two who write at the same time are put aside in either order; a player wants time to go on.
        _last = piece.At > _last ? piece.At : _last;
        var line = piece.Data is null ? Asciicast.Resize(_last, piece.Size.Width, piece.Size.Height) : _cast.Write(_last, piece.Stream, piece.Data);
        Interlocked.Add(ref _waiting, -(piece.Data?.Length ?? 0));
        if (line is null)
            return;
        if (_written + batch.Length + line.Length > _limit - Reserve)
            Cut("size");
        else
            batch.Write(line);
    }

    private void Append(FileStream file, ReadOnlySpan<byte> lines)
    {
        try
        {
            file.Write(lines);
        }
        catch (IOException)
        {
            // A full disk has taken some of it, perhaps: what is sealed ends with a whole line.
            file.SetLength(_written);
            throw;
        }

        _hash.AppendData(lines);
        _written += lines.Length;
    }

    private string Explain(string reason) => reason == "size" ? $"it has reached its size of {_limit} bytes" : $"more than {Backlog} bytes waited to be written";

    private readonly record struct Piece(TimeSpan At, CastStream Stream, byte[]? Data, (int Width, int Height) Size);
}
