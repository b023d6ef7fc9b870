using System.IO.Pipelines;

namespace Shiplog.Server.DockerApi;

/// <summary>What Kestrel reads from: an end, once the connection is hijacked.</summary>
internal sealed class DivertedReader(DockerConnection connection, PipeReader inner) : PipeReader
{
    private static readonly ReadResult End = new(default, isCanceled: false, isCompleted: true);

    public override ValueTask<ReadResult> ReadAsync(CancellationToken cancellationToken = default) =>
        connection.IsHijacked ? new(End) : inner.ReadAsync(cancellationToken);

    public override bool TryRead(out ReadResult result)
    {
        if (!connection.IsHijacked)
            return inner.TryRead(out result);
        result = End;
        return true;
    }

    public override void AdvanceTo(SequencePosition consumed) => AdvanceTo(consumed, consumed);

    public override void AdvanceTo(SequencePosition consumed, SequencePosition examined)
    {
        // The end is an empty buffer, whose position belongs to no pipe.
        if (!connection.IsHijacked)
            inner.AdvanceTo(consumed, examined);
    }

    public override void CancelPendingRead()
    {
        if (!connection.IsHijacked)
            inner.CancelPendingRead();
    }

    public override void Complete(Exception? exception = null) => inner.Complete(exception);
}

/// <summary>What Kestrel writes to: nothing, once the connection is hijacked.</summary>
internal sealed class DivertedWriter(DockerConnection connection, PipeWriter inner) : PipeWriter
{
    private readonly byte[] _nowhere = new byte[4096];

    public override Memory<byte> GetMemory(int sizeHint = 0) =>
        !connection.IsHijacked ? inner.GetMemory(sizeHint) : sizeHint <= _nowhere.Length ? _nowhere : new byte[sizeHint];

    public override Span<byte> GetSpan(int sizeHint = 0) => GetMemory(sizeHint).Span;

    public override void Advance(int bytes)
    {
        if (!connection.IsHijacked)
            inner.Advance(bytes);
    }

    // Not completed, also when hijacked: Kestrel takes a completed output for a broken connection and aborts it, and what
    // is still on its way to the client would be lost.
    public override ValueTask<FlushResult> FlushAsync(CancellationToken cancellationToken = default) =>
        connection.IsHijacked ? new(new FlushResult(isCanceled: false, isCompleted: false)) : inner.FlushAsync(cancellationToken);

    public override void CancelPendingFlush()
    {
        if (!connection.IsHijacked)
            inner.CancelPendingFlush();
    }

    public override bool CanGetUnflushedBytes => inner.CanGetUnflushedBytes;

    public override long UnflushedBytes => connection.IsHijacked ? 0 : inner.UnflushedBytes;

    public override void Complete(Exception? exception = null) => inner.Complete(exception);
}
