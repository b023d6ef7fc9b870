namespace Shiplog.Worker.Streams;

/// <summary>Finds the keys with which a terminal's user leaves a container without ending it.</summary>
internal sealed class DetachKeys
{
    private readonly byte[] _sequence;
    private int _matched;

    private DetachKeys(byte[] sequence) => _sequence = sequence;

    /// <summary>Reads <c>ctrl-p,ctrl-q</c>: each a character, or <c>ctrl-</c> and a letter or one of <c>@[\]^_</c>.</summary>
    /// <param name="text">Empty for the default.</param>
    /// <exception cref="FormatException">It names no keys.</exception>
    public static DetachKeys Parse(string? text) =>
        new([.. (text is { Length: > 0 } ? text : "ctrl-p,ctrl-q").Split(',').Select(ParseKey)]);

    /// <summary>
    /// Passes on what was typed, but holds back what may become the sequence. Returns true when it is complete; nothing
    /// after it is passed on.
    /// </summary>
    public bool Filter(ReadOnlySpan<byte> typed, List<byte> passed)
    {
        foreach (var key in typed)
        {
            if (key == _sequence[_matched])
            {
                if (++_matched == _sequence.Length)
                    return true;
                continue;
            }

            passed.AddRange(_sequence.AsSpan(0, _matched));
            // What breaks the sequence may begin it again.
            _matched = key == _sequence[0] && _sequence.Length > 1 ? 1 : 0;
            if (_matched == 0)
                passed.Add(key);
        }

        return false;
    }

    private static byte ParseKey(string key)
    {
        if (key.Length == 1)
            return (byte)key[0];
        if (key.StartsWith("ctrl-", StringComparison.OrdinalIgnoreCase) && key.Length == 6)
        {
            var letter = char.ToUpperInvariant(key[5]);
            // The control characters are the letters' codes less 64: ctrl-@ is 0, ctrl-A is 1, ctrl-_ is 31.
            if (letter is >= '@' and <= '_')
                return (byte)(letter - '@');
        }

        throw new FormatException($"invalid detach keys: unknown key \"{key}\"");
    }
}
