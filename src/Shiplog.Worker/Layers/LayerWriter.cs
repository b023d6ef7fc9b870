using Shiplog.Worker.Layers.Tar;
using Shiplog.Worker.Linux.FileSystem;

namespace Shiplog.Worker.Layers;

/// <summary>Writes a layer's tar, in which names stand for what is deleted (OCI image spec, "Whiteouts").</summary>
internal abstract class LayerWriter(Stream target) : TreeWriter(target)
{
    /// <exception cref="TarException">The name is one that stands for something.</exception>
    public override void WriteEntry(TreeEntry entry, CancellationToken cancellation)
    {
        if (entry.Name.AsSpan().StartsWith(LayerPath.WhiteoutPrefix))
            throw new TarException($"{TarReader.Show(entry.Path)} cannot be part of an image: there the name means that a file is deleted; rename it");
        base.WriteEntry(entry, cancellation);
    }

    /// <summary>Writes that the layers below have nothing of this name to show.</summary>
    protected void WriteWhiteout(byte[] path, FileTime modified) =>
        WriteMark(LayerPath.Append(LayerPath.Parent(path), [.. LayerPath.WhiteoutPrefix, .. LayerPath.Base(path)]), modified);

    /// <summary>Writes that of a directory only what this layer has in it shows.</summary>
    protected void WriteOpaque(byte[] directory, FileTime modified) => WriteMark([.. directory, (byte)'/', .. LayerPath.OpaqueWhiteout], modified);

    private void WriteMark(byte[] path, FileTime modified) => Begin(new TarEntry { Name = path, Kind = TarKind.File, Mode = 0x180, Modified = modified }); // 0600
}
