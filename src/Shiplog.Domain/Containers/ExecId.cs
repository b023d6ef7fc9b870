using System.Buffers;

namespace Shiplog.Domain.Containers;

/// <summary>
/// Docker's requests about an exec name nothing but its id. One of ours ends with the beginning of its container's, so that
/// the container is found without an index, also by a server that has just started.
/// </summary>
public static class ExecId
{
    private const int Length = 64, OfContainer = 32;

    private static readonly SearchValues<char> HexDigits = SearchValues.Create("0123456789abcdef");

    /// <param name="random">32 hexadecimal digits.</param>
    public static string Of(string containerId, string random) => random + containerId[..OfContainer];

    /// <summary>How the id of its container begins; <see langword="null"/> for what is no id of an exec.</summary>
    public static string? ContainerPrefix(string execId) =>
        execId.Length == Length && !execId.AsSpan().ContainsAnyExcept(HexDigits) ? execId[^OfContainer..] : null;
}
