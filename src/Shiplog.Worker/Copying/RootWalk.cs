using Microsoft.Win32.SafeHandles;
using Shiplog.Worker.Layers;
using Shiplog.Worker.Linux;
using Shiplog.Worker.Linux.FileSystem;
using static Shiplog.Worker.Linux.FileSystem.FileCalls;

namespace Shiplog.Worker.Copying;

/// <summary>
/// A walk through a container's tree that follows links as a process in the container would: an absolute one begins at the
/// container's root, and above that is that. Each directory on the way is held, so a name that has been looked at is never
/// looked at again, whatever the container puts in its place.
/// </summary>
/// <remarks>
/// For what openat2(2) cannot tell: where a path leads, by name, and links that lead out of the directory which an archive is
/// unpacked in.
/// </remarks>
internal sealed class RootWalk(SafeFileHandle root) : IDisposable
{
    // As the kernel (path_resolution(7)).
    private const int MaximalLinks = 40;

    private readonly List<(byte[] Name, SafeFileHandle Held)> _directories = [];
    private readonly List<byte[]> _beyond = [];
    private int _links;

    /// <summary>The directory that the walk has led to; <see langword="null"/> where it has led to something else, or nothing.</summary>
    public SafeFileHandle? Directory => _beyond.Count > 0 ? null : _directories is [.., var (_, held)] ? held : root;

    /// <summary>There is something at the walk's end, and it is no directory.</summary>
    public bool IsAtFile { get; private set; }

    /// <summary>Where the walk has led, without links; what is not there is taken as it is written.</summary>
    public byte[] Path => LayerPath.Append("/"u8, LayerPath.Join([.. _directories.Select(d => d.Name), .. _beyond]));

    /// <exception cref="LinuxException">More links than the kernel would follow.</exception>
    public void Go(ReadOnlySpan<byte> path)
    {
        var rest = new Stack<byte[]>(LayerPath.Split(path).AsEnumerable().Reverse());
        while (rest.TryPop(out var part))
        {
            if (part.AsSpan().SequenceEqual(".."u8))
                Ascend();
            else if (!part.AsSpan().SequenceEqual("."u8))
                Descend(part, rest);
        }
    }

    /// <summary>Goes where a link at this place leads.</summary>
    public void Follow(ReadOnlySpan<byte> target)
    {
        if (target is [(byte)'/', ..])
            Leave(0);
        Go(target);
    }

    /// <summary>A walk that goes on from here, and leaves this one where it is.</summary>
    public RootWalk Fork()
    {
        if (Directory is null)
            throw new InvalidOperationException("the walk has not led to a directory");
        var fork = new RootWalk(root);
        foreach (var (name, held) in _directories)
            fork._directories.Add((name, HoldAgain(held)));
        return fork;
    }

    public void Dispose() => Leave(0);

    private void Ascend()
    {
        IsAtFile = false;
        if (_beyond.Count > 0)
            _beyond.RemoveAt(_beyond.Count - 1);
        else
            Leave(Math.Max(0, _directories.Count - 1));
    }

    private void Descend(byte[] name, Stack<byte[]> rest)
    {
        var held = Directory is { } here ? TryHold(here, name) : null;
        IsAtFile = false;
        if (held is null)
        {
            _beyond.Add(name);
            return;
        }
        var kind = StatusOf(held).Kind;
        if (kind == FileKind.Directory)
        {
            _directories.Add((name, held));
            return;
        }
        using (held)
        {
            // Those of proc lead where their text does not say, out of the root, too: they are not followed.
            if (kind == FileKind.Symlink && !IsKernels(Directory!))
            {
                Take(ReadLink(held), rest);
                return;
            }
            IsAtFile = true;
            _beyond.Add(name);
        }
    }

    private void Take(byte[] target, Stack<byte[]> rest)
    {
        if (++_links > MaximalLinks)
            throw new LinuxException(ELOOP, "resolve", System.Text.Encoding.UTF8.GetString(target));
        if (target is [(byte)'/', ..])
            Leave(0);
        foreach (var part in LayerPath.Split(target).AsEnumerable().Reverse())
            rest.Push(part);
    }

    private void Leave(int depth)
    {
        foreach (var (_, held) in _directories[depth..])
            held.Dispose();
        _directories.RemoveRange(depth, _directories.Count - depth);
    }
}
