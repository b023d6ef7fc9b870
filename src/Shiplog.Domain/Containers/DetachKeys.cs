namespace Shiplog.Domain.Containers;

/// <summary>The keys with which a terminal's user leaves: <c>ctrl-p,ctrl-q</c>.</summary>
public static class DetachKeys
{
    /// <summary>Each is a character, or <c>ctrl-</c> and a letter or one of <c>@[\]^_</c>.</summary>
    /// <param name="keys">What the terminal sends for them.</param>
    public static bool TryParse(string text, out byte[] keys)
    {
        var parsed = text.Split(',').Select(Key).ToArray();
        keys = [.. parsed.OfType<byte>()];
        return keys.Length == parsed.Length;
    }

    private static byte? Key(string key)
    {
        if (key.Length == 1)
            return char.IsAscii(key[0]) ? (byte)key[0] : null;
        if (key.Length != 6 || !key.StartsWith("ctrl-", StringComparison.OrdinalIgnoreCase))
            return null;
        // The control characters are the letters' codes less 64: ctrl-@ is 0, ctrl-A is 1, ctrl-_ is 31.
        return char.ToUpperInvariant(key[5]) is >= '@' and <= '_' and var letter ? (byte)(letter - '@') : null;
    }
}
