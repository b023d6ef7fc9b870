using System.Buffers;
using System.Security.Cryptography;
using System.Text;

namespace Shiplog.Worker.Layers;

/// <summary>Digests as registries write them: <c>sha256:</c> and 64 hexadecimal digits, no other kind.</summary>
internal static class Digest
{
    private const string Prefix = "sha256:";
    private static readonly SearchValues<char> Digits = SearchValues.Create("0123456789abcdef");

    /// <summary>Of nothing but the two empty blocks that end an archive: what a diff without changes makes.</summary>
    public const string EmptyTar = "sha256:5f70bf18a086007016e948b04aed3b82103a36bea41755b6cddfaf10ace3c6ef";

    public static bool IsValid(string? digest) =>
        digest is { Length: 71 } && digest.StartsWith(Prefix, StringComparison.Ordinal) && !digest.AsSpan(Prefix.Length).ContainsAnyExcept(Digits);

    /// <summary>The digits alone. They name files, so nothing else may pass.</summary>
    public static string HexOf(string digest) => IsValid(digest) ? digest[Prefix.Length..] : throw new ArgumentException($"{digest} is no sha256 digest");

    public static string Of(ReadOnlySpan<byte> content) => Prefix + Convert.ToHexStringLower(SHA256.HashData(content));

    public static string Of(IncrementalHash hash) => Prefix + Convert.ToHexStringLower(hash.GetCurrentHash());

    /// <summary>As users like to read it.</summary>
    public static string Short(string digest) => HexOf(digest)[..12];

    /// <summary>The chain ids of a stack of layers, lowest first (OCI image spec, "Layer ChainID").</summary>
    public static string[] Chain(IReadOnlyList<string> diffIds)
    {
        var chain = new string[diffIds.Count];
        for (var i = 0; i < chain.Length; i++)
            chain[i] = i == 0 ? diffIds[0] : Of(Encoding.ASCII.GetBytes($"{chain[i - 1]} {diffIds[i]}"));
        return chain;
    }
}
