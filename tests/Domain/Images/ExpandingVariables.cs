using CsCheck;
using Shiplog.Domain.Images;

namespace Shiplog.Domain.Tests.Images;

public sealed class ExpandingVariables
{
    private static readonly Func<string, string?> Known = Words.Variables(
        ["PWD=/home", "NULL=", "V=a.b.c", "P=/usr/lib/x.tar.gz", "S=a b", "STAR=a*b", "한=국"],
        new Dictionary<string, string> { ["ARG"] = "given", ["PWD"] = "hidden" });

    [Theory]
    [InlineData("hello", "hello")]
    [InlineData("he'll'o", "hello")]
    [InlineData(@"he\'llo", "he'llo")]
    [InlineData(@"abc\tdef", "abctdef")]
    [InlineData(@"""abc\tdef""", @"abc\tdef")]
    [InlineData(@"""abc\\tdef""", @"abc\tdef")]
    [InlineData(@"'abc\tdef'", @"abc\tdef")]
    [InlineData(@"hello\", "hello")]
    [InlineData(@"hello\\", @"hello\")]
    [InlineData(@"""hel'lo""", "hel'lo")]
    [InlineData(@"'hello\'", @"hello\")]
    [InlineData(@"he\$PWD", "he$PWD")]
    [InlineData(@"he\\$PWD", @"he\/home")]
    [InlineData(@"'$PWD'", "$PWD")]
    [InlineData(@"""$PWD""", "/home")]
    [InlineData(@"""\$PWD""", "$PWD")]
    [InlineData(@"\${}x", "${}x")]
    public void Quotes_and_escapes_are_a_shells(string text, string expanded) => Expand(text).ShouldBe(expanded);

    [Theory]
    [InlineData("$PWD.", "/home.")]
    [InlineData("${PWD}x", "/homex")]
    [InlineData("$ARG", "given")]
    [InlineData("$NONE.", ".")]
    [InlineData("$.", "$.")]
    [InlineData("a$", "a$")]
    [InlineData("$1x", "x")]
    [InlineData("$999a", "a")]
    [InlineData("$@@@", "@@")]
    [InlineData("$$", "")]
    [InlineData("${?:-b}", "b")]
    [InlineData("$한", "국")]
    [InlineData("${NONE}}", "}")]
    public void A_name_ends_where_a_shell_ends_it(string text, string expanded) => Expand(text).ShouldBe(expanded);

    [Theory]
    [InlineData("${NONE:-0}x", "0x")]
    [InlineData("${NONE-0}x", "0x")]
    [InlineData("${NULL:-0}x", "0x")]
    [InlineData("${NULL-0}x", "x")]
    [InlineData("${PWD:-0}x", "/homex")]
    [InlineData("${NONE:-$PWD}x", "/homex")]
    [InlineData("${NONE:-${NULL:-y y}}x", "y yx")]
    [InlineData(@"${NONE:-'}'}x", "}x")]
    [InlineData(@"${NONE:-\${PWD}z}x", "${PWDz}x")]
    [InlineData("${NONE:-a {b}", "a {b")]
    [InlineData("${PWD:+0}x", "0x")]
    [InlineData("${NULL:+0}x", "x")]
    [InlineData("${NULL+0}x", "0x")]
    [InlineData("${NONE+0}x", "x")]
    [InlineData("${PWD:?}", "/home")]
    [InlineData("${NULL?}x", "x")]
    public void A_value_that_is_missing_is_replaced(string text, string expanded) => Expand(text).ShouldBe(expanded);

    [Theory]
    [InlineData("${V#*.}", "b.c")]
    [InlineData("${V##*.}", "c")]
    [InlineData("${V%.*}", "a.b")]
    [InlineData("${V%%.*}", "a")]
    [InlineData("${V#b}", "a.b.c")]
    [InlineData("${V#?}", ".b.c")]
    [InlineData("${V%}", "a.b.c")]
    [InlineData("${P##*/}", "x.tar.gz")]
    [InlineData("${P%/*}", "/usr/lib")]
    [InlineData("${P%.tar*}", "/usr/lib/x")]
    [InlineData(@"${STAR#a\*}", "b")]
    [InlineData(@"${STAR%\*b}", "a")]
    [InlineData("${V/./-}", "a-b.c")]
    [InlineData("${V//./-}", "a-b-c")]
    [InlineData("${V//./}", "abc")]
    [InlineData("${V/b*/}", "a.")]
    [InlineData("${V//*/x}", "x")]
    [InlineData(@"${P//\//_}", "_usr_lib_x.tar.gz")]
    [InlineData("${V/x/y}", "a.b.c")]
    [InlineData("${NONE/x/y}", "")]
    [InlineData("${V/$NONE.b/${ARG}}", "agiven.c")]
    public void A_value_is_cut_and_replaced_by_patterns(string text, string expanded) => Expand(text).ShouldBe(expanded);

    [Theory]
    [InlineData("he'llo", "failed to process \"he'llo\": unexpected end of statement while looking for matching single-quote")]
    [InlineData("\"he", "failed to process \"\\\"he\": unexpected end of statement while looking for matching double-quote")]
    [InlineData("${}", "failed to process \"${}\": syntax error: bad substitution")]
    [InlineData("${:-x}", "failed to process \"${:-x}\": syntax error: bad substitution")]
    [InlineData("${{x}", "failed to process \"${{x}\": syntax error: bad substitution")]
    [InlineData("${PWD", "failed to process \"${PWD\": syntax error: missing '}'")]
    [InlineData("${", "failed to process \"${\": syntax error: missing '}'")]
    [InlineData("${NONE:-${x}", "failed to process \"${NONE:-${x}\": syntax error: missing '}'")]
    [InlineData("${NONE:x}", "failed to process \"${NONE:x}\": unsupported modifier (:x) in substitution")]
    [InlineData("${PWD:=0}", "failed to process \"${PWD:=0}\": unsupported modifier (:=) in substitution")]
    [InlineData("${PWD:#x}", "failed to process \"${PWD:#x}\": unsupported modifier (:#) in substitution")]
    [InlineData("${.}", "failed to process \"${.}\": unsupported modifier (.) in substitution")]
    [InlineData("${V/x}", "failed to process \"${V/x}\": syntax error: missing '/' in ${}")]
    [InlineData("${NONE?}", "failed to process \"${NONE?}\": NONE: is not allowed to be unset")]
    [InlineData("${NONE:?}", "failed to process \"${NONE:?}\": NONE: is not allowed to be unset")]
    [InlineData("${NULL:?}", "failed to process \"${NULL:?}\": NULL: is not allowed to be empty")]
    [InlineData("${NONE:?say so}", "failed to process \"${NONE:?say so}\": NONE: say so")]
    [InlineData(@"${V#\x}", @"failed to process ""${V#\\x}"": invalid pattern (\x) in substitution: invalid escape '\x'")]
    public void What_cannot_be_expanded_is_refused_in_buildkits_words(string text, string message)
    {
        Words.TryExpand(text, Known, '\\', out _, out var fault).ShouldBeFalse();
        fault.ShouldBe(message);
    }

    [Fact]
    public void Another_escape_character_escapes_and_a_backslash_is_text()
    {
        Words.TryExpand(@"C:\x`$PWD ""a`""b""", Known, '`', out var result, out var fault).ShouldBeTrue(fault);
        result.ShouldBe(@"C:\x$PWD a""b");
    }

    [Theory]
    [InlineData("x$S y", "xa|b|y")]
    [InlineData("x\"$S\" y", "xa b|y")]
    [InlineData("$NULL $NONE", "")]
    public void Blanks_of_a_value_split_words_where_it_is_not_quoted(string text, string words)
    {
        Words.TryExpandAll(text, Known, '\\', out var split, out var fault).ShouldBeTrue(fault);
        string.Join('|', split).ShouldBe(words);
    }

    [Fact]
    public void Quotes_are_text_in_a_documents_lines()
    {
        Words.TryExpandText("it's \"$PWD\" \\$x\n", Known, out var text, out var fault).ShouldBeTrue(fault);
        text.ShouldBe("it's \"/home\" $x\n");
    }

    [Fact]
    public void Neither_depth_nor_growth_is_without_end()
    {
        var deep = string.Concat(Enumerable.Repeat("${NONE:-", 20_000)) + new string('}', 20_000);
        Words.TryExpand(deep, Known, '\\', out _, out var fault).ShouldBeFalse();
        fault.ShouldEndWith(": substitutions are nested too deep");
        var large = new Dictionary<string, string> { ["A"] = new('x', 1_000_000) };
        Words.TryExpand("$A$A$A$A$A", large.GetValueOrDefault, '\\', out _, out fault).ShouldBeFalse();
        fault.ShouldEndWith(": the result is too long");
        Words.TryExpand("${A//x/xxxxxxxxxx}", large.GetValueOrDefault, '\\', out _, out fault).ShouldBeFalse();
        fault.ShouldEndWith(": the result is too long");
    }

    [Fact]
    public void Patterns_take_no_longer_for_being_clever()
    {
        var hard = new Dictionary<string, string> { ["A"] = new('a', 20_000) };
        Words.TryExpand("${A%%*a*a*a*a*a*a*a*b}", hard.GetValueOrDefault, '\\', out var result, out var fault).ShouldBeTrue(fault);
        result.Length.ShouldBe(20_000);
    }

    [Fact]
    public void Any_text_is_expanded_or_refused() => Gen.String[Gen.Char["aV$${}}:-+?#%/*\\\"'` <\n\0é\ud83d"], 0, 24].Sample(text =>
    {
        if (!Words.TryExpand(text, Known, '\\', out var result, out var fault))
            fault.ShouldStartWith("failed to process ");
        else if (text.AsSpan().IndexOfAny("$\\\"'") < 0)
            result.ShouldBe(text);
        _ = Words.TryExpandAll(text, Known, '`', out _, out _);
        _ = Words.Split(text);
    }, iter: 3_000);

    [Fact]
    public void A_shortest_and_a_longest_cut_are_what_trying_all_of_them_finds() => Gen.Select(
        Gen.String[Gen.Char["ab.*?"], 0, 5], Gen.String[Gen.Char["ab."], 0, 8]).Sample((pattern, value) =>
        {
            var variables = new Dictionary<string, string> { ["A"] = value };
            var cuts = Enumerable.Range(0, value.Length + 1).ToArray();
            var heads = cuts.Where(n => Matches(pattern, value[..n])).DefaultIfEmpty(0).ToArray();
            var tails = cuts.Where(n => Matches(pattern, value[n..])).DefaultIfEmpty(value.Length).ToArray();
            Cut("#").ShouldBe(value[heads[0]..]);
            Cut("##").ShouldBe(value[heads[^1]..]);
            Cut("%").ShouldBe(value[..tails[^1]]);
            Cut("%%").ShouldBe(value[..tails[0]]);

            string Cut(string sign)
            {
                Words.TryExpand($"${{A{sign}{pattern}}}", variables.GetValueOrDefault, '\\', out var result, out var fault).ShouldBeTrue(fault);
                return result;
            }
        });

    private static bool Matches(string pattern, string text) =>
        pattern is "" ? text is ""
        : pattern[0] == '*' ? Enumerable.Range(0, text.Length + 1).Any(n => Matches(pattern[1..], text[n..]))
        : text is not "" && (pattern[0] == '?' || pattern[0] == text[0]) && Matches(pattern[1..], text[1..]);

    private static string Expand(string text)
    {
        Words.TryExpand(text, Known, '\\', out var result, out var fault).ShouldBeTrue(fault);
        return result;
    }
}
