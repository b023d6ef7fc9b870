namespace Shiplog.Contracts.Orders;

/// <summary>
/// Paths of the worker's byte streams, on the same unix socket as its orders. Plain HTTP but for <see cref="Attach"/>,
/// which is hijacked (<c>Connection: Upgrade</c>, <c>Upgrade: tcp</c>, then raw bytes with half-close) and speaks
/// Docker's stream format (Engine API, "Attach to a container", "Stream format").
/// </summary>
public static class WorkerStreams
{
    /// <summary>GET; NDJSON progress of a pull until it ends. Open it before sending the order.</summary>
    public static string Progress(string commandId) => $"/streams/progress/{commandId}";

    /// <summary>POST, hijacked; query <c>stdin, stdout, stderr, stream, logs</c> (0/1), <c>tty</c>, <c>detachKeys</c>.</summary>
    public static string Attach(string containerId) => $"/streams/containers/{containerId}/attach";

    /// <summary>GET; query <c>stdout, stderr, follow, timestamps, tail, since, until, tty, details</c>; Docker's stream format. Of a removed container: the last lines, while they are kept.</summary>
    public static string Logs(string containerId) => $"/streams/containers/{containerId}/logs";

    /// <summary>GET; JSON of <see cref="ContainerHealth"/>; 404 where nothing is known.</summary>
    public static string Health(string containerId) => $"/streams/containers/{containerId}/health";

    /// <summary>POST; query <c>w, h</c> in characters; 204.</summary>
    public static string Resize(string containerId) => $"/streams/containers/{containerId}/resize";

    /// <summary>GET; query <c>image</c> (repeated): <c>imageId=reference[,reference…]</c>; a Docker archive that is an OCI layout too.</summary>
    public const string SaveImages = "/streams/images/save";

    /// <summary>POST, body a Docker or OCI archive; query <c>commandId</c>; NDJSON progress. Images are reported as facts.</summary>
    public const string LoadImages = "/streams/images/load";

    /// <summary>GET; query <c>path</c> (repeated): absolute ones of the host; a JSON array of those that are not there.</summary>
    public const string MissingPaths = "/streams/paths/missing";

    /// <summary>GET; a JSON array of <see cref="VolumeSize"/>, one for each volume that has a folder.</summary>
    public const string VolumeSizes = "/streams/volumes/sizes";

    /// <summary>GET; 200 with the worker's version when it takes orders.</summary>
    public const string Ready = "/ready";
}
