using Shiplog.Contracts;
using Shiplog.Worker.Layers;
using Shiplog.Worker.Lifecycle;

namespace Shiplog.Worker.Images;

/// <summary>Reads from the containers' journals which layers they are mounted from, or will be at their next start.</summary>
internal sealed class ContainerLayers(Instance instance, ILogger<ContainerLayers> logger) : ILayerUsers
{
    public IReadOnlySet<string>? LayersInUse()
    {
        var layers = new HashSet<string>();
        var root = ContainerPaths.Root(instance);
        foreach (var folder in Directory.Exists(root) ? Directory.GetDirectories(root) : [])
        {
            try
            {
                if (ContainerRecord.Load(new ContainerPaths(instance, Path.GetFileName(folder)).State) is { } record)
                    layers.UnionWith(record.Order.RootFs.Layers);
            }
            catch (Exception e) when (e is InvalidDataException or IOException)
            {
                logger.JournalUnreadable(folder, e.Message);
                return null;
            }
        }
        return layers;
    }
}
