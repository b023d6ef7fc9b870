using Microsoft.Win32.SafeHandles;
using Shiplog.Worker.Layers.Tar;
using Shiplog.Worker.Linux;
using Shiplog.Worker.Linux.FileSystem;
using static Shiplog.Worker.Linux.FileSystem.FileCalls;

namespace Shiplog.Worker.Layers;

/// <summary>
/// Reads the upper directory of an overlay back into a layer's tar: whiteouts and opaque directories become the files that
/// stand for them in images. No member means that nothing was changed.
/// </summary>
internal sealed class LayerDiff(SafeFileHandle upper, Stream target) : TreeWriter(target)
{
    /// <exception cref="TarException">Something in it cannot be part of an image.</exception>
    public void Write(CancellationToken cancellation)
    {
        WriteContent(upper, [], cancellation);
        End();
    }

    public override void WriteEntry(TreeEntry entry, CancellationToken cancellation)
    {
        if (entry.Status.IsWhiteout)
            WriteMark(LayerPath.Append(LayerPath.Parent(entry.Path), [.. LayerPath.WhiteoutPrefix, .. entry.Name]), entry.Status);
        else if (entry.Name.AsSpan().StartsWith(LayerPath.WhiteoutPrefix))
            throw new TarException($"{TarReader.Show(entry.Path)} cannot be part of an image: there the name means that a file is deleted; rename it");
        else
            base.WriteEntry(entry, cancellation);
    }

    protected override void WriteDirectory(TreeEntry entry, CancellationToken cancellation)
    {
        Begin(Describe(entry, [.. entry.Path, (byte)'/'], TarKind.Directory));
        if (TryGetXattr(entry.Held, OverlayOpaque) is [(byte)'y'])
            WriteMark([.. entry.Path, (byte)'/', .. LayerPath.OpaqueWhiteout], entry.Status);
        WriteContent(entry.Held, entry.Path, cancellation);
    }

    protected override IEnumerable<ExtendedAttribute> AttributesOf(TreeEntry entry)
    {
        var all = Xattrs(entry.Held);
        if (all.Any(a => a.Name.AsSpan().SequenceEqual("trusted.overlay.redirect"u8) || a.Name.AsSpan().SequenceEqual("trusted.overlay.metacopy"u8)))
            throw new LinuxException(ENOTSUP, "read a file that overlayfs keeps in another layer (redirect_dir, metacopy):", TarReader.Show(entry.Path));
        return all.Where(a => LayerPath.IsImageAttribute(a.Name));
    }

    private void WriteMark(byte[] path, FileStatus status) =>
        Begin(new TarEntry { Name = path, Kind = TarKind.File, Mode = 0x180, Modified = status.Modified }); // 0600
}
