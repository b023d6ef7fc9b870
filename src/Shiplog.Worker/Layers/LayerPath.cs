using Shiplog.Worker.Layers.Tar;

namespace Shiplog.Worker.Layers;

/// <summary>Names as archives write them, and as a layer's root takes them: relative, without <c>.</c> and <c>..</c>.</summary>
internal static class LayerPath
{
    public static ReadOnlySpan<byte> WhiteoutPrefix => ".wh."u8;
    public static ReadOnlySpan<byte> OpaqueWhiteout => ".wh..wh..opq"u8;

    /// <summary>What aufs kept for itself in the root of a layer; no part of an image.</summary>
    public static ReadOnlySpan<byte> AufsPrefix => ".wh..wh."u8;

    /// <summary>
    /// Takes a name relative to the root, as Docker does: a leading slash is dropped, <c>a/../b</c> is <c>b</c>, and what would
    /// leave the root is refused.
    /// </summary>
    /// <returns>Empty for the root itself.</returns>
    public static byte[] Clean(ReadOnlySpan<byte> name)
    {
        if (IsClean(name))
            return name.ToArray();
        var parts = new List<byte[]>();
        foreach (var range in name.Split((byte)'/'))
        {
            var part = name[range];
            if (part.IsEmpty || part.SequenceEqual("."u8))
                continue;
            if (!part.SequenceEqual(".."u8))
                parts.Add(part.ToArray());
            else if (parts.Count > 0)
                parts.RemoveAt(parts.Count - 1);
            else
                throw new TarException($"the name {TarReader.Show(name)} leads out of the archive's root");
        }
        return Join(parts);
    }

    /// <summary>Nearly every name is clean, or is but for the slash at a directory's end.</summary>
    private static bool IsClean(ReadOnlySpan<byte> name) =>
        !name.IsEmpty && name[0] != '/' && name[0] != '.' && name[^1] != '/' && name.IndexOf("//"u8) < 0 && name.IndexOf("/."u8) < 0;

    public static byte[] Join(List<byte[]> parts)
    {
        var path = new byte[Math.Max(0, parts.Sum(p => p.Length + 1) - 1)];
        var at = 0;
        foreach (var part in parts)
        {
            if (at > 0)
                path[at++] = (byte)'/';
            part.CopyTo(path, at);
            at += part.Length;
        }
        return path;
    }

    /// <summary>A name below a path; an empty path stands for nothing.</summary>
    public static byte[] Append(ReadOnlySpan<byte> path, ReadOnlySpan<byte> name) =>
        path.IsEmpty || path[^1] == '/' ? [.. path, .. name] : [.. path, (byte)'/', .. name];

    /// <summary>The components of a path, empty ones left out.</summary>
    public static List<byte[]> Split(ReadOnlySpan<byte> path)
    {
        var parts = new List<byte[]>();
        foreach (var range in path.Split((byte)'/'))
        {
            if (!path[range].IsEmpty)
                parts.Add(path[range].ToArray());
        }
        return parts;
    }

    /// <summary>The directory of a clean path; empty for the root.</summary>
    public static ReadOnlySpan<byte> Parent(ReadOnlySpan<byte> path) => path.LastIndexOf((byte)'/') is >= 0 and var slash ? path[..slash] : default;

    /// <summary>The last component of a clean path.</summary>
    public static ReadOnlySpan<byte> Base(ReadOnlySpan<byte> path) => path[(path.LastIndexOf((byte)'/') + 1)..];

    /// <summary>The overlay's own attributes: an image must not steer the union mount.</summary>
    public static bool IsOverlayAttribute(ReadOnlySpan<byte> name) => name.StartsWith("trusted.overlay."u8) || name.StartsWith("user.overlay."u8);

    /// <summary>Attributes that an image may set: a host's labels and signatures are the host's to give.</summary>
    public static bool IsImageAttribute(ReadOnlySpan<byte> name) =>
        !IsOverlayAttribute(name)
        && (name.SequenceEqual("security.capability"u8) || name.StartsWith("user."u8) || name.StartsWith("trusted."u8)
            || name.StartsWith("system.posix_acl_"u8));
}
