namespace Shiplog.Domain.Builds;

/// <summary>What somebody may have meant by a word that nothing is called.</summary>
internal static class Suggestion
{
    // Further away, and it is a guess at random.
    private const int Furthest = 2;

    /// <returns><c> (did you mean from?)</c>; nothing where no word is near.</returns>
    public static string For(string word, IEnumerable<string> known)
    {
        // A word that is much longer than all of them is near none, and would only cost time.
        var near = known.Where(k => Math.Abs(k.Length - word.Length) <= Furthest)
            .Select(k => (Word: k, Distance: Distance(word, k))).Where(k => k.Distance is > 0 and <= Furthest).OrderBy(k => k.Distance).FirstOrDefault();
        return near.Word is null ? "" : $" (did you mean {near.Word}?)";
    }

    /// <summary>How many characters must be put in, taken out or changed (Levenshtein).</summary>
    private static int Distance(string a, string b)
    {
        var row = Enumerable.Range(0, b.Length + 1).ToArray();
        for (var i = 1; i <= a.Length; i++)
        {
            var before = row[0]++;
            for (var j = 1; j <= b.Length; j++)
            {
                var above = row[j];
                row[j] = Math.Min(Math.Min(row[j], row[j - 1]) + 1, before + (a[i - 1] == b[j - 1] ? 0 : 1));
                before = above;
            }
        }
        return row[^1];
    }
}
