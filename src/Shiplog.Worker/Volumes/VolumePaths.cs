using Shiplog.Contracts;
using Shiplog.Contracts.Orders;
using Shiplog.Worker.Orders;

namespace Shiplog.Worker.Volumes;

/// <summary>Where everything of one volume is.</summary>
internal sealed class VolumePaths
{
    private readonly Instance _instance;

    /// <exception cref="OrderException">The name is no name for a folder.</exception>
    public VolumePaths(Instance instance, string name)
    {
        // A server that has been taken over must not lead root out of this folder.
        if (name.Length is 0 or > 255 || !char.IsAsciiLetterOrDigit(name[0]) || !name.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '-' or '.'))
            throw new OrderException(new OrderFailure("", FailureKind.Invalid, $"invalid volume name: \"{name}\""));
        (_instance, Name) = (instance, name);
    }

    public string Name { get; }

    public string Folder => Path.Combine(Root(_instance), Name);

    public string Record => Path.Combine(Folder, "volume.json");

    /// <summary>What containers see, or the place where the driver's options say what is to be mounted.</summary>
    public string Data => Path.Combine(Folder, "_data");

    /// <summary>There while the volume is being filled from an image: a crash leaves it, and the filling is done again.</summary>
    public string Filling => Path.Combine(Folder, "filling");

    public static string Root(Instance instance) => Path.Combine(instance.WorkerFolder, "volumes");
}
