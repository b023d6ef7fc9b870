using Shiplog.Contracts;
using Shiplog.Contracts.Orders;
using Shiplog.Worker.Lifecycle;
using Shiplog.Worker.Orders;

namespace Shiplog.Worker.Recordings;

/// <summary>Where a recording is: not in its container's folder, which it outlives.</summary>
internal sealed class RecordingPaths
{
    public const string Open = ".part";
    public const string Closed = ".cast";

    /// <exception cref="OrderException">One of the ids is no name for a file.</exception>
    public RecordingPaths(Instance instance, string containerId, string recordingId)
    {
        if (recordingId.Length is 0 or > 64 || !recordingId.All(char.IsAsciiLetterOrDigit))
            throw new OrderException(new OrderFailure("", FailureKind.Invalid, $"invalid recording id: \"{recordingId}\""));
        (ContainerId, Id) = (new ContainerPaths(instance, containerId).Id, recordingId);
        Folder = Root(instance);
    }

    public string ContainerId { get; }

    public string Id { get; }

    public string Folder { get; }

    /// <summary>While it is being written.</summary>
    public string Part => Path.Combine(Folder, $"{ContainerId}.{Id}{Open}");

    /// <summary>From its seal on.</summary>
    public string Sealed => Path.Combine(Folder, $"{ContainerId}.{Id}{Closed}");

    public static string Root(Instance instance) => Path.Combine(instance.WorkerFolder, "recordings");

    /// <summary>Those of a file that is being written.</summary>
    /// <exception cref="OrderException">Its name is not one of ours.</exception>
    public static RecordingPaths OfPart(Instance instance, string file)
    {
        var name = Path.GetFileNameWithoutExtension(file);
        // A container's id may hold a dot, a recording's none.
        var dot = name.LastIndexOf('.');
        return new RecordingPaths(instance, name[..Math.Max(dot, 0)], name[(dot + 1)..]);
    }
}
