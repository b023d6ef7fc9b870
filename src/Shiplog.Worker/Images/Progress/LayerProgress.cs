using Shiplog.Worker.Layers;

namespace Shiplog.Worker.Images.Progress;

/// <summary>The lines of one layer. Figures come at most ten times a second, changes of status always.</summary>
internal sealed class LayerProgress(IProgressSink sink, string digest, long size, TimeProvider time)
{
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    private readonly string _id = Digest.Short(digest);
    private readonly Lock _gate = new();
    private long _lastFigures;
    private bool _downloaded;

    /// <summary>A new status: <c>Pulling fs layer</c>, <c>Waiting</c>, <c>Already exists</c>, <c>Pull complete</c>.</summary>
    public void Say(string status)
    {
        lock (_gate)
            sink.Write(JsonMessage.Layer(status, _id));
    }

    public void Downloading(long current) => Tell("Downloading", current);

    public void Pushing(long current) => Tell("Pushing", current);

    private void Tell(string status, long current)
    {
        lock (_gate)
        {
            if (IsDue())
                sink.Write(JsonMessage.Layer(status, _id, current, size));
        }
    }

    public void Downloaded()
    {
        lock (_gate)
        {
            _downloaded = true;
            sink.Write(JsonMessage.Layer("Download complete", _id));
        }
    }

    /// <summary>Said only once the download is complete: a layer's two lines of figures would overwrite each other.</summary>
    public void Extracting(long current)
    {
        lock (_gate)
        {
            if (_downloaded && IsDue())
                sink.Write(JsonMessage.Layer("Extracting", _id, current, size));
        }
    }

    private bool IsDue()
    {
        var now = time.GetTimestamp();
        if (_lastFigures != 0 && time.GetElapsedTime(_lastFigures, now) < Pause)
            return false;
        _lastFigures = now;
        return true;
    }
}
