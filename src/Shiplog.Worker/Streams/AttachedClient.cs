using System.IO.Pipelines;
using Shiplog.Worker.Recordings;

namespace Shiplog.Worker.Streams;

/// <summary>Somebody attached: what reaches him, in the form he asked for.</summary>
/// <param name="recorder">Is told what reaches him and what he types; <see langword="null"/> where nothing is recorded.</param>
internal sealed class AttachedClient(AttachRequest request, PipeWriter output, DetachKeys keys, SessionRecorder? recorder = null) : IDisposable
{
    private readonly SemaphoreSlim _writing = new(1, 1);
    private readonly TaskCompletionSource _left = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public AttachRequest Request => request;

    /// <summary>Of a terminal.</summary>
    public DetachKeys Keys => keys;

    /// <summary>Ends when he has detached or gone.</summary>
    public Task Left => _left.Task;

    /// <summary>What he typed is on its way to the program.</summary>
    public void Typed(ReadOnlySpan<byte> input) => recorder?.Write(CastStream.Input, input);

    /// <summary>The terminal that he sees has another size, in characters.</summary>
    public void Resized(int width, int height) => recorder?.Resize(width, height);

    public void Leave() => _left.TrySetResult();

    /// <summary>Takes the turn to write: live output waits while earlier output is being told.</summary>
    public Task BeginAsync() => _writing.WaitAsync();

    public void End() => _writing.Release();

    /// <summary>Live output; slow readers slow the container down, as in Docker.</summary>
    public async Task WriteAsync(OutputStream stream, ReadOnlyMemory<byte> data)
    {
        await BeginAsync();
        try
        {
            await WriteWithinTurnAsync(stream, data);
        }
        finally
        {
            End();
        }
    }

    public async Task WriteWithinTurnAsync(OutputStream stream, ReadOnlyMemory<byte> data)
    {
        if (Left.IsCompleted || data.IsEmpty || !(stream == OutputStream.Stdout ? request.Stdout : request.Stderr))
            return;
        recorder?.Write(stream == OutputStream.Stdout ? CastStream.Output : CastStream.Errors, data.Span);
        try
        {
            Append(stream, data.Span);
            if ((await output.FlushAsync()).IsCompleted)
                Leave();
        }
        catch (Exception e) when (e is IOException or InvalidOperationException or OperationCanceledException)
        {
            Leave();
        }
    }

    public void Dispose()
    {
        Leave();
        _writing.Dispose();
    }

    private void Append(OutputStream stream, ReadOnlySpan<byte> data)
    {
        if (!request.Tty)
        {
            StreamFrame.WriteHeader(output.GetSpan(StreamFrame.HeaderLength), stream, data.Length);
            output.Advance(StreamFrame.HeaderLength);
        }

        data.CopyTo(output.GetSpan(data.Length));
        output.Advance(data.Length);
    }
}
