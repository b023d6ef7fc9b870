using System.Text;
using Microsoft.Win32.SafeHandles;
using Shiplog.Contracts;
using Shiplog.Worker.Layers;
using Shiplog.Worker.Layers.Tar;
using Shiplog.Worker.Lifecycle;
using Shiplog.Worker.Linux;
using Shiplog.Worker.Linux.FileSystem;

namespace Shiplog.Worker.Storage;

/// <summary>
/// <c>aufs</c>: the union that Docker began with (aufs(5)). The kernel has it where somebody has patched it in. Its branches mark what
/// is deleted by names, as the layers of images still do; so each layer is kept in that form, too.
/// </summary>
internal sealed class AufsDriver(Instance instance) : ComparingDriver
{
    // mount(2) takes one page of options.
    private const int OptionLimit = 4095;

    private readonly Lock _making = new();

    public override string Name => "aufs";

    public override string? Missing() => Needs.FileSystem("aufs");

    public override string ReadWriteFolder(ContainerPaths container) => container.Upper;

    public override void Mount(ContainerPaths container, RootLayers layers, RootUse use)
    {
        string[] branches = [.. layers.Chain.Reverse().Select(Branch), layers.Init];
        Directory.CreateDirectory(container.Merged);
        if (use != RootUse.ReadOnly)
            OverlayDriver.MakeUpper(container.Upper, layers.Folders.LastOrDefault());
        var options = MountOptions(Directory.Exists(container.Upper) ? container.Upper : null, branches, writable: use != RootUse.ReadOnly);
        Mounts.Mount("none", container.Merged, "aufs", 0, options[0]);
        foreach (var more in options[1..])
            Mounts.Mount("none", container.Merged, "aufs", Interop.MS_REMOUNT, more);
    }

    /// <summary>The options of the mount, and of the remounts that add what does not fit into a page.</summary>
    /// <param name="branches">Topmost first.</param>
    internal static string[] MountOptions(string? upper, IReadOnlyList<string> branches, bool writable)
    {
        var all = new List<string>();
        // dio: a program may read past the page cache, as databases do.
        var options = new StringBuilder("dio,xino=/dev/shm/aufs.xino,br:");
        options.Append(upper is null ? "" : upper + (writable ? "=rw" : "=ro+wh") + ":").Append(branches[0]).Append("=ro+wh");
        foreach (var branch in branches.Skip(1))
        {
            var (next, alone) = ($":{branch}=ro+wh", $"append:{branch}=ro+wh");
            if (all.Count == 0 && Encoding.UTF8.GetByteCount(options.ToString() + next) <= OptionLimit)
            {
                options.Append(next);
                continue;
            }
            if (all.Count == 0)
                all.Add(options.ToString());
            all.Add(alone);
        }
        return all.Count == 0 ? [options.ToString()] : [.. all];
    }

    /// <summary>The layer in the form that aufs reads, in the layer's folder, and gone with it.</summary>
    private string Branch(string chainId)
    {
        var folder = Path.Combine(instance.WorkerFolder, "layers", Digest.HexOf(chainId));
        var branch = Path.Combine(folder, "aufs");
        lock (_making)
        {
            if (!Directory.Exists(branch))
            {
                FileCalls.RemoveTree(branch + ".new");
                WriteBranch(Path.Combine(folder, "diff"), branch + ".new");
                Directory.Move(branch + ".new", branch);
            }
            return branch;
        }
    }

    /// <summary>Copies an unpacked layer with names in place of overlayfs' marks.</summary>
    internal static void WriteBranch(string layer, string branch)
    {
        Directory.CreateDirectory(branch);
        using var tar = new FileStream(branch + ".tar", FileMode.Create, FileAccess.ReadWrite, FileShare.None, 64 << 10, FileOptions.DeleteOnClose);
        using (var from = FileCalls.OpenRoot(layer))
            new LayerDiff(from, tar).Write(CancellationToken.None);
        tar.Position = 0;
        using var to = FileCalls.OpenRoot(branch);
        using var unpacker = new BranchUnpacker(to);
        unpacker.Unpack(new TarReader(tar, TarLimits.Default), CancellationToken.None);
        unpacker.Complete(new LowerLayers([layer])); // For the root's own attributes, which the archive does not mention.
    }

    private sealed class BranchUnpacker(SafeFileHandle root) : LayerUnpacker(root)
    {
        protected override bool IsMark(SafeFileHandle parent, byte[] path, ReadOnlySpan<byte> name) => false;
    }
}
