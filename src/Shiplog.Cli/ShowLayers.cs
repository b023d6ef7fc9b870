using System.CommandLine;
using System.Globalization;
using Shiplog.Contracts.Views;

namespace Shiplog.Cli;

/// <summary><c>docker shiplog layers IMAGE</c>: what each layer holds; <c>docker shiplog layers IMAGE 2</c>: its files.</summary>
internal static class ShowLayers
{
    private const int WidestCommand = 60;

    public static Command Command(TextWriter output)
    {
        var image = Commands.Image();
        var layer = new Argument<int?>("LAYER") { Description = "List what this layer adds (A), changes (C) and removes (D); the lowest is 1", Arity = ArgumentArity.ZeroOrOne };
        var command = new Command("layers", "Show what the layers of an image hold, and what of it nobody sees any more") { image, layer };
        command.SetAction(async (parsed, cancellation) =>
        {
            using var engine = Commands.EngineOf(parsed);
            if (parsed.GetValue(layer) is { } number)
                WriteFiles(output, await engine.LayerFilesAsync(parsed.GetValue(image)!, number, cancellation));
            else
                Write(output, await engine.LayersAsync(parsed.GetValue(image)!, cancellation));
        });
        return command;
    }

    internal static void Write(TextWriter output, ImageLayersView layers)
    {
        Text.WriteTable(output,
        [
            ["LAYER", "DIGEST", "SIZE", "FILES", "ADDED", "CHANGED", "REMOVED", "WASTED", "MADE BY"],
            .. layers.Layers.Select(l => (string[])
            [
                Number(l.Number), Text.Short(l.Digest), Text.Bytes(l.Size), Text.Bytes(l.UnpackedSize), Number(l.Added), Number(l.Modified), Number(l.Removed),
                Text.Bytes(l.Wasted), MadeBy(l),
            ]),
        ]);
        if (layers.Wasted > 0)
            output.WriteLine($"\n{Text.Bytes(layers.Wasted)} are in a layer and hidden by a later one.");
    }

    internal static void WriteFiles(TextWriter output, LayerFileView[] files)
    {
        var width = files.Select(f => Size(f).Length).DefaultIfEmpty().Max();
        foreach (var file in files)
            output.WriteLine($"{file.Change switch { "added" => "A", "modified" => "C", _ => "D" }}  {Size(file).PadLeft(width)}  {file.Path}");
    }

    private static string Size(LayerFileView file) => file.Size > 0 ? Text.Bytes(file.Size) : "";

    private static string MadeBy(ImageLayerView layer)
    {
        var text = (layer.CreatedBy is { Length: > 0 } by ? by : layer.Comment ?? "").ReplaceLineEndings(" ");
        return text.Length <= WidestCommand ? text : text[..(WidestCommand - 1)] + "…";
    }

    private static string Number(int number) => number.ToString(CultureInfo.InvariantCulture);
}
