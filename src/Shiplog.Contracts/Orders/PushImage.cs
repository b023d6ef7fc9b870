namespace Shiplog.Contracts.Orders;

/// <summary>
/// Send an image to its registry, as it is in the content store: its digest does not change. While it runs, the worker streams progress
/// as with <see cref="PullImage"/>.
/// </summary>
/// <param name="Reference">Fully qualified, with a tag.</param>
/// <param name="MountFrom">For layers that are likely to be at the registry already, by digest: the repository there that has them.</param>
/// <param name="Credentials">For this registry only. Never logged, stored or reported.</param>
public sealed record PushImage(
    string CommandId, string Reference, string ImageId, Dictionary<string, string> MountFrom, RegistryCredentials? Credentials) : Order(CommandId);

/// <summary>The registry has the image under its name. Outcome of <see cref="PushImage"/>.</summary>
/// <param name="SentLayers">Those that were uploaded; the others the registry had.</param>
/// <param name="SentBytes">Of all blobs that were uploaded.</param>
public sealed record ImagePushedReport(
    string Reference, string Registry, string ImageId, string ManifestDigest, int Layers, int SentLayers, long SentBytes,
    DateTimeOffset StartedAt, DateTimeOffset At) : Report(At);
