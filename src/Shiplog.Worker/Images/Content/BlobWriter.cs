using System.Security.Cryptography;
using Microsoft.Win32.SafeHandles;
using Shiplog.Worker.Layers;

namespace Shiplog.Worker.Images.Content;

/// <summary>The bytes are not those that the digest or the size promised.</summary>
internal sealed class BlobException(string message) : Exception(message);

/// <summary>
/// A blob on its way into the store. While one side appends, others may read behind it (<see cref="Follow"/>), so that a layer
/// is unpacked while it is downloaded; they see the end only once digest and size have been found right.
/// </summary>
internal sealed class BlobWriter : IDisposable
{
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private readonly object _changed = new();
    private readonly string _temporary, _target, _digest;
    private readonly SafeFileHandle _file;
    private long _length;
    private bool _complete;
    private Exception? _failure;

    public BlobWriter(string temporary, string target, string digest, long size)
    {
        (_temporary, _target, _digest, Size) = (temporary, target, digest, size);
        _file = File.OpenHandle(temporary, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete);
    }

    /// <summary>What it will have when complete, in bytes.</summary>
    public long Size { get; }

    /// <summary>What it has, in bytes.</summary>
    public long Length => Volatile.Read(ref _length);

    /// <exception cref="BlobException">It is more than the size that was promised; nothing of the piece is kept.</exception>
    public void Append(ReadOnlySpan<byte> piece)
    {
        if (piece.Length > Size - _length)
            throw new BlobException($"blob {_digest} is larger than the {Size} bytes that its manifest says");
        RandomAccess.Write(_file, piece, _length);
        _hash.AppendData(piece);
        lock (_changed)
        {
            _length += piece.Length;
            Monitor.PulseAll(_changed);
        }
    }

    /// <summary>Puts it into the store. Durable once the file system has been synchronised.</summary>
    /// <exception cref="BlobException">Size or digest are not as promised.</exception>
    public void Complete()
    {
        if (_length != Size)
            throw new BlobException($"blob {_digest} ended after {_length} of {Size} bytes");
        if (Digest.Of(_hash) is var actual && actual != _digest)
            throw new BlobException($"blob {_digest} was sent with other content: its digest is {actual}");
        File.Move(_temporary, _target, overwrite: true);
        lock (_changed)
        {
            _complete = true;
            Monitor.PulseAll(_changed);
        }
    }

    /// <summary>Those who follow get this error.</summary>
    public void Fail(Exception failure)
    {
        lock (_changed)
        {
            _failure ??= failure;
            Monitor.PulseAll(_changed);
        }
    }

    public Stream Follow() => new Follower(this);

    public void Dispose()
    {
        Fail(new BlobException($"blob {_digest} was given up"));
        _file.Dispose();
        _hash.Dispose();
        if (!_complete)
            File.Delete(_temporary);
    }

    private int Read(Span<byte> buffer, long position)
    {
        lock (_changed)
        {
            while (position == _length && !_complete)
            {
                if (_failure is { } failure)
                    throw new BlobException(failure.Message);
                Monitor.Wait(_changed);
            }
        }
        return RandomAccess.Read(_file, buffer[..(int)Math.Min(buffer.Length, Length - position)], position);
    }

    private sealed class Follower(BlobWriter blob) : Stream
    {
        private long _position;

        public override bool CanRead => true;
        public override bool CanWrite => false;
        public override bool CanSeek => false;
        public override long Length => blob.Size;
        public override long Position { get => _position; set => throw new NotSupportedException(); }

        public override int Read(Span<byte> buffer)
        {
            var read = buffer.IsEmpty ? 0 : blob.Read(buffer, _position);
            _position += read;
            return read;
        }

        public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

        public override void Flush() { }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
