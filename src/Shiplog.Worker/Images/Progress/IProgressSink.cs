namespace Shiplog.Worker.Images.Progress;

/// <summary>Where lines of progress go.</summary>
internal interface IProgressSink
{
    /// <summary>Takes one line, its end included; never waits.</summary>
    void Write(byte[] line);
}

/// <summary>For work that nobody watches.</summary>
internal sealed class NoProgress : IProgressSink
{
    public static readonly NoProgress Instance = new();

    public void Write(byte[] line) { }
}
