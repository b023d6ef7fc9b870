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
internal sealed class LayerDiff(SafeFileHandle upper, Stream target) : LayerWriter(target)
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
            WriteWhiteout(entry.Path, entry.Status.Modified);
        else
            base.WriteEntry(entry, cancellation);
    }

    protected override void WriteDirectory(TreeEntry entry, CancellationToken cancellation)
    {
        Begin(Describe(entry, [.. entry.Path, (byte)'/'], TarKind.Directory));
        if (TryGetXattr(entry.Held, OverlayOpaque) is [(byte)'y'])
            WriteOpaque(entry.Path, entry.Status.Modified);
        WriteContent(entry.Held, entry.Path, cancellation);
    }

    protected override IEnumerable<ExtendedAttribute> AttributesOf(TreeEntry entry)
    {
        var all = Xattrs(entry.Held);
        if (all.Any(a => a.Name.AsSpan().SequenceEqual("trusted.overlay.redirect"u8) || a.Name.AsSpan().SequenceEqual("trusted.overlay.metacopy"u8)))
            throw new LinuxException(ENOTSUP, "read a file that overlayfs keeps in another layer (redirect_dir, metacopy):", TarReader.Show(entry.Path));
        return all.Where(a => LayerPath.IsImageAttribute(a.Name));
    }
}
