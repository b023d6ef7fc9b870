using Shiplog.Contracts.Views;

namespace Shiplog.Dashboard.Events;

/// <summary>Which events a reader wants to see.</summary>
/// <param name="Type">A type's name; <c>failures</c>; a noun with a star (<c>container*</c>); empty for all.</param>
/// <param name="Text">Words that must all occur, in whatever case, anywhere in the event.</param>
internal sealed record EventFilter(string Type, string Text)
{
    public const string Failures = "failures";

    private readonly string[] _words = Text.Split(' ', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);

    public bool IsEmpty => Type.Length == 0 && _words.Length == 0;

    public bool Matches(EventView e) => MatchesType(e) && _words.All(word => Mentions(e, word));

    private bool MatchesType(EventView e) => Type switch
    {
        "" => true,
        Failures => EventWords.IsFailure(e),
        [.. var noun, '*'] => e.Stream.StartsWith(noun + "/", StringComparison.Ordinal),
        _ => e.Type == Type,
    };

    private static bool Mentions(EventView e, string word) =>
        Has(e.Type, word) || Has(EventWords.Title(e.Type), word) || Has(e.Stream, word) || Has(e.Actor, word) || Has(e.Cause, word) ||
        Has(e.Correlation, word) || Has(e.Causation, word) || Has(e.Host, word) || Has(e.Data.GetRawText(), word);

    private static bool Has(string? text, string word) => text?.Contains(word, StringComparison.OrdinalIgnoreCase) ?? false;
}
