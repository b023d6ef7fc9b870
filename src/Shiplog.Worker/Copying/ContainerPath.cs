using System.Text;
using Shiplog.Worker.Layers;

namespace Shiplog.Worker.Copying;

/// <summary>
/// A path in a container as somebody gives it: taken from the root, <c>a/../b</c> is <c>b</c>, and a slash or <c>/.</c> at its
/// end means the directory that a link there leads to.
/// </summary>
/// <param name="Parts">Without empty ones, <c>.</c> and <c>..</c>.</param>
/// <param name="Follows">It ends in a slash or <c>/.</c>.</param>
/// <param name="Name">What an archive of it begins with: the last part, <c>.</c>, or <c>/</c>.</param>
internal sealed record ContainerPath(byte[][] Parts, bool Follows, byte[] Name)
{
    /// <exception cref="FormatException">It is no path.</exception>
    public static ContainerPath Parse(string text)
    {
        if (text.Length == 0)
            throw new FormatException("bad parameter: path cannot be empty");
        if (text.Contains('\0', StringComparison.Ordinal))
            throw new FormatException("a path cannot hold a NUL character");
        var bytes = Encoding.UTF8.GetBytes(text);
        if (bytes.Length >= Linux.FileSystem.FileCalls.PathMax)
            throw new FormatException($"the path has {bytes.Length} bytes, more than the {Linux.FileSystem.FileCalls.PathMax - 1} that Linux takes");
        var parts = new List<byte[]>();
        foreach (var part in LayerPath.Split(bytes))
        {
            if (!part.AsSpan().SequenceEqual(".."u8) && !part.AsSpan().SequenceEqual("."u8))
                parts.Add(part);
            else if (part.Length == 2 && parts.Count > 0)
                parts.RemoveAt(parts.Count - 1);
        }
        var dot = text == "." || text.EndsWith("/.", StringComparison.Ordinal);
        var name = dot ? "."u8.ToArray() : parts is [.., var last] ? last : "/"u8.ToArray();
        return new ContainerPath([.. parts], dot || text[^1] == '/' || parts.Count == 0, name);
    }

    public byte[] Bytes => LayerPath.Join([.. Parts]);

    public byte[] Parent => LayerPath.Join([.. Parts[..^1]]);

    public override string ToString() => "/" + Encoding.UTF8.GetString(Bytes);
}
