using System.Net.Sockets;

namespace Shiplog.Worker.Linux;

/// <summary>What a program writes, while it does. Whoever reads no further ends it by disposing.</summary>
internal sealed class ChildStream : Stream
{
    private readonly string _program;
    private readonly IDisposable _held;
    private readonly Socket _output;
    private readonly int _pid;
    private int? _code;

    /// <param name="held">Disposed of when the program has ended.</param>
    /// <exception cref="LinuxException">It cannot be started.</exception>
    public ChildStream(string program, string[] arguments, IDisposable held)
    {
        (_program, _held) = (program, held);
        (_output, var theirs) = Child.SocketPair();
        try
        {
            using (theirs)
                _pid = Child.Spawn(program, arguments, [Child.Path], "/", [theirs], output: theirs);
        }
        catch
        {
            _output.Dispose();
            throw;
        }
    }

    public override bool CanRead => true;
    public override bool CanWrite => false;
    public override bool CanSeek => false;
    public override long Length => throw new NotSupportedException();
    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    /// <exception cref="IOException">The program has failed.</exception>
    public override int Read(Span<byte> buffer)
    {
        var read = buffer.IsEmpty ? 0 : _output.Receive(buffer);
        if (read > 0 || buffer.IsEmpty)
            return read;
        _code ??= Child.ReapAsync(_pid).GetAwaiter().GetResult();
        return _code == 0 ? 0 : throw new IOException($"{_program} failed with code {_code}");
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override void Flush() { }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            // Its next write fails, and it ends.
            _output.Dispose();
            _code ??= Child.ReapAsync(_pid).GetAwaiter().GetResult();
            _held.Dispose();
        }
        base.Dispose(disposing);
    }
}
