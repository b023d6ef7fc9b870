using Shiplog.Contracts.Views;

namespace Shiplog.Dashboard.Images;

/// <summary>All that the page of one image shows.</summary>
/// <param name="Layers"><see langword="null"/> where its files are not there, or cannot be asked for.</param>
/// <param name="Missing">Why there are no layers, in words.</param>
/// <param name="Dockerfile">Empty where no commit led to it.</param>
public sealed record ImageStory(ImageView Image, ImageLineageView Lineage, ImageLayersView? Layers, string? Missing, IReadOnlyList<StackPart> Stack, string Dockerfile);

/// <summary>The layers that one image of a line brought.</summary>
/// <param name="Kind"><c>base image</c>, <c>parent image</c> or <c>this image</c>.</param>
/// <param name="Layers">Highest first.</param>
public sealed record StackPart(string Kind, string ImageId, string? Name, bool Present, IReadOnlyList<ImageLayerView> Layers);

/// <summary>An image's layers as a stack, by the images that brought them.</summary>
public static class LayerStacking
{
    /// <summary>Highest first.</summary>
    /// <param name="counts">How many layers each image has.</param>
    public static IReadOnlyList<StackPart> Of(ImageLineageView lineage, ImageLayersView layers, IReadOnlyDictionary<string, int> counts)
    {
        var parts = new List<StackPart>();
        var below = 0;
        RelativeView[] line = [.. lineage.Ancestors.Reverse(), lineage.Image];
        foreach (var image in line)
        {
            var count = image == lineage.Image ? layers.Layers.Length : Math.Max(below, counts.GetValueOrDefault(image.Id));
            var kind = image == lineage.Image ? line.Length == 1 ? "base image" : "this image" : image == line[0] ? "base image" : "parent image";
            parts.Add(new StackPart(kind, image.Id, image.Name, image.Present, [.. layers.Layers.Where(l => l.Number > below && l.Number <= count).Reverse()]));
            below = count;
        }
        parts.Reverse();
        return parts;
    }
}
