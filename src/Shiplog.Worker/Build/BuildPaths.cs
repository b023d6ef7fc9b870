using Shiplog.Contracts;
using Shiplog.Contracts.Orders;
using Shiplog.Worker.Orders;

namespace Shiplog.Worker.Build;

/// <summary>Where everything of one build is. All of it goes when the build has ended.</summary>
internal sealed class BuildPaths
{
    private readonly Instance _instance;

    /// <exception cref="OrderException">The id is no name for a folder.</exception>
    public BuildPaths(Instance instance, string id)
    {
        // A server that has been taken over must not lead root out of this folder.
        if (id.Length is 0 or > 128 || id[0] == '.' || !id.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '-' or '.'))
            throw new OrderException(new OrderFailure("", FailureKind.Invalid, $"invalid build id: \"{id}\""));
        (_instance, Id) = (instance, id);
    }

    public string Id { get; }

    public string Folder => Path.Combine(Root(_instance), Id);

    /// <summary>The files that the build may copy.</summary>
    public string Context => Path.Combine(Folder, "context");

    /// <summary>A folder for each URL.</summary>
    public string Downloads => Path.Combine(Folder, "downloads");

    /// <summary>The roots that steps are changing, each as a container's folder.</summary>
    public string Roots => Path.Combine(Folder, "roots");

    public static string Root(Instance instance) => Path.Combine(instance.WorkerFolder, "builds");
}
