using System.Globalization;
using Shiplog.Contracts;
using Shiplog.Contracts.Orders;
using Shiplog.Worker.Orders;

namespace Shiplog.Worker.Lifecycle;

/// <summary>Where everything of one container is. What a reboot may take is under the run folder.</summary>
internal sealed class ContainerPaths
{
    private readonly Instance _instance;
    private readonly string _root;

    /// <exception cref="OrderException">The id is no name for a file or a container.</exception>
    public ContainerPaths(Instance instance, string id)
        : this(instance, Root(instance), id)
    {
    }

    /// <summary>For a root that storage drivers make as a container's, and that is none's.</summary>
    /// <param name="root">The folder that its folder is in.</param>
    /// <exception cref="OrderException">The id is no name for a file or a container.</exception>
    public ContainerPaths(Instance instance, string root, string id)
    {
        // The rule that crun and runc have; a server that has been taken over must not lead root out of these folders.
        if (id.Length is 0 or > 128 || id[0] == '.' || !id.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '+' or '-' or '.'))
            throw new OrderException(new OrderFailure("", FailureKind.Invalid, $"invalid container id: \"{id}\""));
        (_instance, _root, Id) = (instance, root, id);
    }

    public string Id { get; }

    public string Folder => Path.Combine(_root, Id);

    /// <summary>The journal.</summary>
    public string State => Path.Combine(Folder, "state.json");

    /// <summary>The read-write layer.</summary>
    public string Upper => Path.Combine(Folder, "upper");

    public string Work => Path.Combine(Folder, "work");

    /// <summary>Which storage driver made the read-write layer, where that is not overlay2.</summary>
    public string StorageDriver => Path.Combine(Folder, "storage-driver");

    /// <summary>Whether there is a read-write layer: something has been changed, or may have been.</summary>
    public bool HasReadWriteLayer => Directory.Exists(Upper) || File.Exists(StorageDriver);

    /// <summary>Where the root file system is mounted.</summary>
    public string Merged => Path.Combine(Folder, "merged");

    /// <summary>The /dev/shm of a container that shares it.</summary>
    public string Shm => Path.Combine(Folder, "shm");

    /// <summary>What the container has written to its standard streams.</summary>
    public string Log => Path.Combine(Folder, "container.log");

    /// <summary>What the last probes of its health have found.</summary>
    public string Health => Path.Combine(Folder, "health.json");

    /// <summary>The OCI bundle; also conmon's folder for its sockets and pipes.</summary>
    public string Bundle => Path.Combine(_instance.RunFolder, "containers", Id);

    /// <summary>
    /// Where the sources of its mounts are held. Nothing may delete what is in there: it is the host's, seen through mounts.
    /// </summary>
    public string Mounts => Path.Combine(MountRoot(_instance), Id);

    /// <summary>The source of one of its mounts.</summary>
    public string Mount(int index) => Path.Combine(Mounts, index.ToString(CultureInfo.InvariantCulture));

    public string NetworkNamespace => Path.Combine(NetworkNamespaces(_instance), Id);

    /// <summary>What conmon writes when the program has ended; it outlives a reboot, since nobody else knows the code.</summary>
    public string ExitFile => Path.Combine(Exits(_instance), Id);

    /// <summary>Its control group, as the runtime is given it (cgroups(7)).</summary>
    /// <param name="parent">The group that it is made in; <see langword="null"/> for the instance's own.</param>
    public string Cgroup(string? parent) =>
        // As runc has it: a path that climbs ends at the hierarchy's root.
        (parent is null ? _instance.CgroupParent : Path.GetFullPath("/" + parent).TrimEnd('/')) + "/" + Id;

    public static string Root(Instance instance) => Path.Combine(instance.WorkerFolder, "containers");

    public static string NetworkNamespaces(Instance instance) => Path.Combine(instance.RunFolder, "netns");

    public static string MountRoot(Instance instance) => Path.Combine(instance.RunFolder, "mounts");

    public static string Exits(Instance instance) => Path.Combine(instance.WorkerFolder, "exits");

    public static string Bundles(Instance instance) => Path.Combine(instance.RunFolder, "containers");

    /// <summary>A layer's unpacked folder, by the short name that keeps the mount options within a page where there is one.</summary>
    /// <exception cref="OrderException">The chain id is no digest.</exception>
    public static string Layer(Instance instance, string chainId)
    {
        const string Prefix = "sha256:";
        var hex = chainId.StartsWith(Prefix, StringComparison.Ordinal) ? chainId[Prefix.Length..] : "";
        if (hex.Length != 64 || !hex.All(char.IsAsciiHexDigitLower))
            throw new OrderException(new OrderFailure("MountRootFs", FailureKind.Invalid, $"invalid layer: \"{chainId}\""));
        var shortName = Path.Combine(instance.WorkerFolder, "l", hex[..26]);
        return Directory.Exists(shortName) ? shortName : Path.Combine(instance.WorkerFolder, "layers", hex, "diff");
    }

    /// <summary>
    /// The lowest layer of every container: the mount points that a runtime would otherwise make in the read-write layer,
    /// where they would look like changes that the container made.
    /// </summary>
    public static string InitLayer(Instance instance) => Path.Combine(instance.WorkerFolder, "init-layer");
}
