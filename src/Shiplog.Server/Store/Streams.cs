using Shiplog.Domain.Containers;
using Shiplog.Domain.Images;
using Shiplog.Domain.Networks;
using Shiplog.Domain.Volumes;

namespace Shiplog.Server.Store;

/// <summary>Keys of the log's streams, and the type that the store declares for each kind.</summary>
internal static class Streams
{
    public static string Container(string id) => "container/" + id;

    public static string Image(string id) => "image/" + id;

    /// <param name="name">Fully qualified.</param>
    public static string Reference(string name) => "reference/" + name;

    public static string Network(string id) => "network/" + id;

    public static string Volume(string name) => "volume/" + name;

    public static string Host(string name) => "host/" + name;

    /// <summary>An archive that was loaded has no object of its own to tell of.</summary>
    public static string Load(string commandId) => "load/" + commandId;

    /// <param name="id">The build's command id.</param>
    public static string Build(string id) => "build/" + id;

    /// <summary>The declared type of the stream with this key.</summary>
    public static Type TypeOf(string key) => key[..key.IndexOf('/', StringComparison.Ordinal)] switch
    {
        "container" => typeof(Container),
        "image" => typeof(Image),
        "reference" => typeof(Reference),
        "network" => typeof(Network),
        "volume" => typeof(Volume),
        "host" => typeof(Host),
        "load" => typeof(Load),
        "build" => typeof(Build),
        _ => throw new ArgumentException($"no such kind of stream: {key}", nameof(key)),
    };

    /// <summary>What comes after the kind.</summary>
    public static string IdOf(string key) => key[(key.IndexOf('/', StringComparison.Ordinal) + 1)..];
}

/// <summary>Declares the type of host streams, which have no state.</summary>
internal sealed class Host;

/// <summary>Declares the type of load streams, which have no state.</summary>
internal sealed class Load;

/// <summary>Declares the type of build streams, which have no state.</summary>
internal sealed class Build;
