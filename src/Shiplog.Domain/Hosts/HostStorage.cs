namespace Shiplog.Domain.Hosts;

/// <summary>How a host came to its storage driver, part of <see cref="WorkerStarted"/>.</summary>
/// <param name="Reason"><c>default</c>, <c>configured</c>, or what the default would need.</param>
/// <param name="BackingFileSystem">What the layers are on: <c>extfs</c>, <c>btrfs</c>.</param>
/// <param name="Alternatives">The other drivers, by their names, with what the host would need for each; empty where it has all.</param>
public sealed record HostStorage(string Reason, string BackingFileSystem, Dictionary<string, string> Alternatives);
