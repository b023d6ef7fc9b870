namespace Shiplog.Contracts.Orders;

/// <summary>
/// Paths of the worker's byte streams, on the same unix socket as its orders. Plain HTTP but for attaching,
/// which is hijacked (<c>Connection: Upgrade</c>, <c>Upgrade: tcp</c>, then raw bytes with half-close) and speaks
/// Docker's stream format (Engine API, "Attach to a container", "Stream format").
/// </summary>
public static class WorkerStreams
{
    /// <summary>GET; NDJSON progress of a pull until it ends. Open it before sending the order.</summary>
    public static string Progress(string commandId) => $"/streams/progress/{commandId}";

    /// <summary>
    /// POST, hijacked; query <c>stdin, stdout, stderr, stream, logs</c> (0/1), <c>tty</c>, <c>detachKeys</c>; and where the session
    /// is to be recorded <c>recording</c> (its id), <c>record</c> (<c>output</c> or <c>all</c>), <c>title</c>, <c>w, h</c> in characters.
    /// </summary>
    public static string Attach(string containerId) => $"/streams/containers/{containerId}/attach";

    /// <summary>
    /// As <see cref="Attach"/>, without <c>logs</c>, for one client and before the order that starts the program. The stream
    /// ends when the server has recorded the program's end.
    /// </summary>
    public static string AttachExec(string containerId, string execId) => $"/streams/containers/{containerId}/execs/{execId}/attach";

    /// <summary>POST; query <c>w, h</c> in characters; 204.</summary>
    public static string ResizeExec(string containerId, string execId) => $"/streams/containers/{containerId}/execs/{execId}/resize";

    /// <summary>GET; query <c>ps_args</c>; JSON with <c>Titles</c> and <c>Processes</c> (Engine API, "List processes running inside a container").</summary>
    public static string Top(string containerId) => $"/streams/containers/{containerId}/top";

    /// <summary>
    /// GET; query <c>once</c> (0/1); a line of JSON of <see cref="ContainerFigures"/> at once, and unless <c>once</c> another one
    /// every second; <c>null</c> while the container does not run.
    /// </summary>
    public static string Stats(string containerId) => $"/streams/containers/{containerId}/stats";

    /// <summary>GET; query <c>stdout, stderr, follow, timestamps, tail, since, until, tty, details</c>; Docker's stream format. Of a removed container: the last lines, while they are kept.</summary>
    public static string Logs(string containerId) => $"/streams/containers/{containerId}/logs";

    /// <summary>GET; a recording as it is on disk (asciicast v2), of a removed container too; 404 where it is not there, or not sealed.</summary>
    public static string Recording(string containerId, string recordingId) => $"/streams/containers/{containerId}/recordings/{recordingId}";

    /// <summary>GET; JSON of <see cref="ContainerHealth"/>; 404 where nothing is known.</summary>
    public static string Health(string containerId) => $"/streams/containers/{containerId}/health";

    /// <summary>POST; query <c>w, h</c> in characters; 204.</summary>
    public static string Resize(string containerId) => $"/streams/containers/{containerId}/resize";

    /// <summary>
    /// GET; query <c>path</c>, <c>image</c> (the container's), <c>statOnly</c> (0/1); a tar of the path, what it is in
    /// <see cref="PathStatHeader"/>; 404 where it is not there. PUT, body a tar; query <c>commandId, image, path, user</c>
    /// (whom it is to belong to, empty for whom the tar says), <c>keepKinds, devices</c> (0/1). The outcome is reported as a fact.
    /// </summary>
    public static string Archive(string containerId) => $"/streams/containers/{containerId}/archive";

    /// <summary>Base64 of a <see cref="PathStat"/>.</summary>
    public const string PathStatHeader = "X-Shiplog-Path-Stat";

    /// <summary>GET; query <c>image</c>; a tar of the container's layers as it sees them, without what is mounted in it.</summary>
    public static string Export(string containerId) => $"/streams/containers/{containerId}/export";

    /// <summary>GET; query <c>image</c>; <see cref="FileChange"/>s, parents first.</summary>
    public static string Changes(string containerId) => $"/streams/containers/{containerId}/changes";

    /// <summary>GET; query <c>image</c>; JSON of <see cref="ContainerSize"/>.</summary>
    public static string Size(string containerId) => $"/streams/containers/{containerId}/size";

    /// <summary>GET; query <c>image</c> (repeated): <c>imageId=reference[,reference…]</c>; a Docker archive that is an OCI layout too.</summary>
    public const string SaveImages = "/streams/images/save";

    /// <summary>POST, body a Docker or OCI archive; query <c>commandId</c>, <c>platform</c> where only images for one are wanted; NDJSON progress. Images are reported as facts.</summary>
    public const string LoadImages = "/streams/images/load";

    /// <summary>POST, body an <see cref="ArchiveImport"/> as one line of JSON and then a tar of files; NDJSON progress. The image is reported as by a load.</summary>
    public const string ImportImage = "/streams/images/import";

    /// <summary>
    /// PUT, body a tar, compressed or not: the files that a build may copy; 204. DELETE, when the build has ended; 204. An error is a text.
    /// </summary>
    public static string BuildContext(string buildId) => $"/streams/builds/{buildId}/context";

    /// <summary>GET; query <c>path</c>; the content of a file of the context; 404 where it is not there. DELETE takes it out of the context; 204.</summary>
    public static string BuildContextFile(string buildId) => $"/streams/builds/{buildId}/context/file";

    /// <summary>POST of a <see cref="BuildCopy"/>; JSON of a <see cref="BuildSourceDigest"/>; 400 with the reason where a source is not there.</summary>
    public static string BuildSources(string buildId) => $"/streams/builds/{buildId}/sources";

    /// <summary>POST of a <see cref="RegistryQuestion"/>; JSON of an <see cref="ImageInRegistry"/>.</summary>
    public const string AskRegistry = "/streams/images/registry";

    /// <summary>POST of a <see cref="RegistryLogin"/>; no content where the registry takes the credentials.</summary>
    public const string LogIn = "/streams/images/registry/login";

    /// <summary>POST of an <see cref="IndexSearch"/>; JSON of <see cref="FoundRepository"/>s.</summary>
    public const string SearchIndex = "/streams/images/registry/search";

    /// <summary>GET; query <c>image</c>; JSON of <see cref="LayerContent"/>s, the lowest layer first.</summary>
    public const string ImageLayers = "/streams/images/layers";

    /// <summary>GET; query <c>image</c>, <c>layer</c> (the lowest is 1); JSON of <see cref="LayerFile"/>s, parents first.</summary>
    public const string LayerFiles = "/streams/images/layers/files";

    /// <summary>GET; query <c>from</c>, <c>to</c>: image ids; JSON of <see cref="LayerFile"/>s, what the second has and the first has not.</summary>
    public const string ImageDiff = "/streams/images/diff";

    /// <summary>GET; query <c>path</c> (repeated): absolute ones of the host; a JSON array of those that are not there.</summary>
    public const string MissingPaths = "/streams/paths/missing";

    /// <summary>GET; a JSON array of <see cref="VolumeSize"/>, one for each volume that has a folder.</summary>
    public const string VolumeSizes = "/streams/volumes/sizes";

    /// <summary>GET; 200 with the worker's version when it takes orders.</summary>
    public const string Ready = "/ready";
}
