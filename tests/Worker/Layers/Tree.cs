using System.Diagnostics;
using System.Text;
using Microsoft.Win32.SafeHandles;
using Shiplog.Worker.Layers;
using Shiplog.Worker.Layers.Tar;
using Shiplog.Worker.Linux.FileSystem;

namespace Shiplog.Worker.Tests.Layers;

/// <summary>Folders for tests, and what a whole tree looks like: as GNU tar packs it, so that nothing of it is overlooked.</summary>
internal sealed class Tree : IDisposable
{
    private const string Pack =
        "tar --format=pax --sort=name --numeric-owner --xattrs --xattrs-include='user.*' --xattrs-include='security.*' --pax-option=delete=atime,delete=ctime,exthdr.name=x -C \"$M\" -cf - .";

    private int _count;

    public string Root { get; } = Directory.CreateTempSubdirectory("shiplog-tree-").FullName;

    public string NewFolder()
    {
        var folder = Path.Combine(Root, $"{++_count}");
        Directory.CreateDirectory(folder, (UnixFileMode)0x1ed);
        return folder;
    }

    /// <summary>Unpacks a layer over others, topmost first, as the worker does.</summary>
    public string Unpack(byte[] tar, params string[] below)
    {
        var folder = NewFolder();
        UnpackInto(folder, tar, below);
        return folder;
    }

    public static long UnpackInto(string folder, byte[] tar, params string[] below)
    {
        using var root = FileCalls.OpenRoot(folder);
        using var unpacker = new LayerUnpacker(root);
        unpacker.Unpack(new TarReader(new MemoryStream(tar), TarLimits.Default), CancellationToken.None);
        unpacker.Complete(new LowerLayers(below));
        return unpacker.UnpackedSize;
    }

    /// <summary>Applies layers one after another to one folder, by GNU tar and the rules of the image spec: the yardstick.</summary>
    public string ApplyInOrder(params byte[][] tars)
    {
        var folder = NewFolder();
        foreach (var tar in tars)
        {
            var file = Path.Combine(Root, $"{++_count}.tar");
            File.WriteAllBytes(file, tar);
            Run($$"""
                cd '{{folder}}'
                tar -tf '{{file}}' | while IFS= read -r name; do
                  base=$(basename "$name"); dir=$(dirname "$name")
                  case "$base" in
                    .wh..wh..opq) if [ -d "$dir" ]; then find "$dir" -mindepth 1 -delete; fi ;;
                    .wh.*) rm -rf "$dir/${base#.wh.}" ;;
                  esac
                done
                tar -tf '{{file}}' | grep -v '/$' | while IFS= read -r name; do
                  if [ -d "$name" ] && [ ! -L "$name" ]; then rm -rf "$name"; fi
                done
                tar --xattrs --xattrs-include='*' --same-owner --numeric-owner -xpf '{{file}}' --exclude='.wh.*'
                """);
        }
        return folder;
    }

    /// <summary>A folder's tree.</summary>
    public static byte[] Of(string folder) => Run($"M='{folder}'\n{Pack}");

    /// <summary>The union of layers, topmost first, in a mount namespace that goes with it.</summary>
    public byte[] OfUnion(params string[] layers)
    {
        var (merged, empty) = (NewFolder(), NewFolder());
        return Run($"M='{merged}'\nmount -t overlay overlay -o 'lowerdir={string.Join(':', (string[])[.. layers, empty])}' \"$M\"\n{Pack}", isolated: true);
    }

    /// <summary>Runs a script in a container's place: at the root of a union with a read-write layer. Then gives the union.</summary>
    public byte[] Change(string upper, string script, params string[] layers)
    {
        var (merged, work) = (NewFolder(), NewFolder());
        return Run($"""
            M='{merged}'
            mount -t overlay overlay -o 'lowerdir={string.Join(':', layers)},upperdir={upper},workdir={work}' "$M"
            cd "$M"
            ( {script} ) >&2
            cd /
            {Pack}
            """, isolated: true);
    }

    public static SafeFileHandle Open(string folder) => FileCalls.OpenRoot(folder);

    public void Dispose() => FileCalls.RemoveTree(Root);

    private static byte[] Run(string script, bool isolated = false)
    {
        string[] arguments = isolated ? ["--mount", "--propagation", "private", "bash", "-ec", script] : ["-ec", script];
        using var process = Process.Start(new ProcessStartInfo(isolated ? "unshare" : "bash", arguments) { RedirectStandardOutput = true, RedirectStandardError = true })!;
        var errors = new StringBuilder();
        process.ErrorDataReceived += (_, line) => errors.AppendLine(line.Data);
        process.BeginErrorReadLine();
        using var output = new MemoryStream();
        process.StandardOutput.BaseStream.CopyTo(output);
        process.WaitForExit();
        process.ExitCode.ShouldBe(0, errors.ToString());
        return output.ToArray();
    }

    /// <summary>Fails with the members that differ.</summary>
    public static void ShouldBeSame(byte[] actual, byte[] expected)
    {
        var (found, wanted) = (Listing(actual), Listing(expected));
        found.Except(wanted).ShouldBeEmpty("is there and should not be");
        wanted.Except(found).ShouldBeEmpty("should be there and is not");
        actual.AsSpan().SequenceEqual(expected).ShouldBeTrue("content or order differs");
    }

    private static string[] Listing(byte[] tar)
    {
        var text = new StringBuilder();
        var reader = new TarReader(new MemoryStream(tar), TarLimits.Default);
        while (reader.Next() is { } e)
        {
            text.Append(System.Globalization.CultureInfo.InvariantCulture, $"{e.Kind} {Encoding.UTF8.GetString(e.Name)} -> {Encoding.UTF8.GetString(e.LinkName)} {Convert.ToString(e.Mode, 8)} {e.Uid}:{e.Gid} {e.Size} {e.Modified} {e.Major}:{e.Minor}");
            foreach (var x in e.Xattrs)
                text.Append(System.Globalization.CultureInfo.InvariantCulture, $" {Encoding.UTF8.GetString(x.Name)}={Convert.ToHexString(x.Value)}");
            text.AppendLine();
        }
        return text.ToString().Split('\n');
    }
}
