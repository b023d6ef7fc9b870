using System.Threading.Channels;

namespace Shiplog.Worker.Images.Progress;

/// <summary>Lines of progress on their way into an HTTP response, without holding up those who make them.</summary>
internal sealed class ResponseProgress : IProgressSink
{
    private readonly Channel<byte[]> _lines = Channel.CreateBounded<byte[]>(new BoundedChannelOptions(4096) { FullMode = BoundedChannelFullMode.DropOldest });
    private readonly Task _writing;

    public ResponseProgress(Stream body) => _writing = WriteAsync(body);

    public void Write(byte[] line) => _lines.Writer.TryWrite(line);

    /// <summary>Ends when the last line is written, or there is nobody left to read it.</summary>
    public Task EndAsync()
    {
        _lines.Writer.TryComplete();
        return _writing;
    }

    private async Task WriteAsync(Stream body)
    {
        try
        {
            await foreach (var line in _lines.Reader.ReadAllAsync())
            {
                await body.WriteAsync(line);
                await body.FlushAsync();
            }
        }
        catch (Exception e) when (e is IOException or OperationCanceledException or ObjectDisposedException)
        {
            // The client has gone; what was loaded is recorded all the same.
            _lines.Writer.TryComplete();
        }
    }
}
