namespace Shiplog.Worker.Images.Progress;

/// <summary>Where lines of progress go.</summary>
internal interface IProgressSink
{
    /// <summary>Takes one line, its end included; never waits.</summary>
    void Write(byte[] line);
}
