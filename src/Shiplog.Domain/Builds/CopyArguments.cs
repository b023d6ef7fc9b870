using System.Diagnostics.CodeAnalysis;
using Shiplog.Domain.Images;

namespace Shiplog.Domain.Builds;

/// <summary>What COPY or ADD copies, and to where; expanded.</summary>
/// <param name="Sources">Paths, with their wildcards; of ADD addresses too.</param>
/// <param name="Files">Here-documents: files of these names and contents.</param>
/// <param name="Destination">A folder where it ends with a slash.</param>
public sealed record CopySources(string[] Sources, Heredoc[] Files, string Destination);

/// <summary>The arguments of COPY and ADD: <c>source … destination</c>, or the same in JSON form, which can have blanks in names.</summary>
public static class CopyArguments
{
    /// <param name="copy">COPY or ADD.</param>
    /// <param name="variables"><see cref="Words.Variables"/>.</param>
    /// <param name="refusal">Why not, in Docker's words.</param>
    public static bool TryParse(
        Instruction copy, Func<string, string?> variables, char escape, [NotNullWhen(true)] out CopySources? sources, [NotNullWhen(false)] out Refusal? refusal)
    {
        sources = null;
        var fault = JsonForm.TryRead(copy.Rest, out var words, out var wrong)
            ? Read(copy, words ?? InstructionRules.Blanks(copy.Rest), variables, escape, out sources)
            : wrong;
        refusal = fault is null ? null : new Refusal(RefusalKind.Invalid, Dockerfile.OnLine(copy.Line, fault));
        if (fault is not null)
            sources = null;
        return sources is not null;
    }

    private static string? Read(Instruction copy, string[] words, Func<string, string?> variables, char escape, out CopySources? sources)
    {
        sources = null;
        if (words.Length < 2)
            return $"{copy.Keyword} requires at least two arguments, but only one was provided. Destination could not be determined";
        var paths = new List<string>();
        var files = new List<Heredoc>();
        foreach (var word in words[..^1])
        {
            if (Document(copy, word) is { } document)
            {
                var content = document.Content;
                if (document.Expand && !Words.TryExpandText(document.Content, variables, out content, out var open))
                    return open;
                files.Add(document with { Content = content });
            }
            else if (Words.TryExpand(word, variables, escape, out var path, out var fault))
                paths.Add(path);
            else
                return fault;
        }
        if (!Words.TryExpand(words[^1], variables, escape, out var destination, out var bad))
            return bad;
        sources = new CopySources([.. paths], [.. files], destination);
        return null;
    }

    private static Heredoc? Document(Instruction copy, string word) =>
        HeredocWord.Read(word) is { } announced ? Array.Find(copy.Heredocs, h => h.Name == announced.Name) : null;
}
