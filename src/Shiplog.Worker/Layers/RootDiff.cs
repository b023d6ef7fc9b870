using Microsoft.Win32.SafeHandles;
using Shiplog.Worker.Layers.Tar;
using Shiplog.Worker.Linux.FileSystem;
using static Shiplog.Worker.Linux.FileSystem.FileCalls;

namespace Shiplog.Worker.Layers;

/// <summary>Writes what was found to be changed in a whole tree as a layer's tar.</summary>
internal sealed class RootDiff(SafeFileHandle root, Stream target) : LayerWriter(target)
{
    /// <param name="changes">Parents before what is in them, as <see cref="RootChanges"/> lists them.</param>
    /// <exception cref="TarException">Something in it cannot be part of an image.</exception>
    public void Write(IEnumerable<UpperChange> changes, CancellationToken cancellation)
    {
        foreach (var change in changes)
        {
            cancellation.ThrowIfCancellationRequested();
            var path = change.Path[1..]; // Without the slash that it begins with.
            if (change.Kind == ChangeKind.Deleted)
            {
                WriteWhiteout(path, default); // When it was deleted, no tree tells.
                continue;
            }
            var name = LayerPath.Base(path).ToArray();
            using var parent = OpenDirectoryIn(root, LayerPath.Parent(path));
            using var held = parent is null ? null : TryHold(parent, name);
            if (held is not null) // Gone since it was found, perhaps.
                WriteEntry(new TreeEntry(held, StatusOf(held), name, path), cancellation);
        }
        End();
    }

    /// <summary>What is in a directory is told by changes of its own.</summary>
    protected override bool Enters(TreeEntry directory) => false;
}
