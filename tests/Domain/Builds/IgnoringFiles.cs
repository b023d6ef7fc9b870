using CsCheck;
using Shiplog.Domain.Builds;

namespace Shiplog.Domain.Tests.Builds;

public sealed class IgnoringFiles
{
    [Theory]
    [InlineData("a", "a", true)]
    [InlineData("a", "a/b/c", true)]
    [InlineData("a", "b/a", false)]
    [InlineData("a", "ab", false)]
    [InlineData("/a", "a", true)]
    [InlineData("//a/./b/../c/", "a/c/d", true)]
    [InlineData("a/", "a", true)]
    [InlineData("*", "a", true)]
    [InlineData("*", "a/b", true)]
    [InlineData("*.go", "a.go", true)]
    [InlineData("*.go", "d/a.go", false)]
    [InlineData("*/*.go", "d/a.go", true)]
    [InlineData("*/a", "a", false)]
    [InlineData("a?", "ab", true)]
    [InlineData("a?", "a", false)]
    [InlineData("a?b", "a/b", false)]
    [InlineData("a?", "aé", true)]
    [InlineData("a?", "a😀", true)]
    [InlineData("[a-c]x", "bx", true)]
    [InlineData("[a-c]x", "dx", false)]
    [InlineData("[^a-c]x", "dx", true)]
    [InlineData("[^a-c]x", "bx", false)]
    [InlineData("[!a]x", "!x", true)]
    [InlineData("[\\]\\-]x", "]x", true)]
    [InlineData("[\\]\\-]x", "-x", true)]
    [InlineData("\\*", "*", true)]
    [InlineData("\\*", "a", false)]
    [InlineData("a.b", "axb", false)]
    [InlineData("a(b", "a(b", true)]
    [InlineData("**", "a/b", true)]
    [InlineData("**/a", "a", true)]
    [InlineData("**/a", "x/y/a/z", true)]
    [InlineData("**/a", "xa", false)]
    [InlineData("**/*.go", "x/y/a.go", true)]
    [InlineData("**/*.go", "a.go", true)]
    [InlineData("**.go", "x/a.go", true)]
    [InlineData("**go", "xgo", true)]
    [InlineData("**g?", "xgo", false)]
    [InlineData("**g?", "x/go", true)]
    [InlineData("a/**", "a", false)]
    [InlineData("a/**", "a/b/c", true)]
    [InlineData("a/**/b", "a/b", true)]
    [InlineData("a/**/b", "a/x/y/b", true)]
    [InlineData("a/**/b", "a/xb", false)]
    [InlineData("a/**/b", "ab", false)]
    [InlineData("**/b/**", "a/b", false)]
    [InlineData("**/b/**", "a/b/c", true)]
    [InlineData("#a\n a \n\n", "a", true)]
    [InlineData("#a", "#a", false)]
    [InlineData(" #a", "#a", true)]
    [InlineData("\uFEFFa", "a", true)]
    [InlineData("a\r\nb\r\n", "a", true)]
    [InlineData("*.md\n!README.md", "README.md", false)]
    [InlineData("*.md\n!README.md", "a.md", true)]
    [InlineData("!README.md\n*.md", "README.md", true)]
    [InlineData("*.md\n!README*.md\nREADME-secret.md", "README-secret.md", true)]
    [InlineData("*.md\n!README*.md\nREADME-secret.md", "README-x.md", false)]
    [InlineData("d\n!d/keep", "d/keep", false)]
    [InlineData("d\n!d/keep", "d/keep/x", false)]
    [InlineData("d\n!d/keep", "d/other", true)]
    [InlineData("d\n! /d/keep ", "d/keep", false)]
    [InlineData("*\n!src\nsrc/obj", "src/a", false)]
    [InlineData("*\n!src\nsrc/obj", "src/obj/a", true)]
    [InlineData("**", ".", false)]
    [InlineData("a", "./a", true)]
    [InlineData("a", "/a", true)]
    [InlineData("..", "a", false)]
    [InlineData(".", "a", false)]
    [InlineData("", "a", false)]
    public void The_last_pattern_that_matches_says(string text, string path, bool excluded) => Read(text).Excludes(path).ShouldBe(excluded);

    [Theory]
    [InlineData("[a", "error reading .dockerignore: line 1: syntax error in pattern: [a")]
    [InlineData("a\n\n![]a]", "error reading .dockerignore: line 3: syntax error in pattern: ![]a]")]
    [InlineData("[-x]", "error reading .dockerignore: line 1: syntax error in pattern: [-x]")]
    [InlineData("[x-]", "error reading .dockerignore: line 1: syntax error in pattern: [x-]")]
    [InlineData("a\\", "error reading .dockerignore: line 1: syntax error in pattern: a\\")]
    [InlineData("!", "error reading .dockerignore: line 1: illegal exclusion pattern: \"!\"")]
    public void A_pattern_that_cannot_be_is_refused_with_its_line(string text, string message)
    {
        DockerIgnore.TryParse(text, out _, out var refusal).ShouldBeFalse();
        refusal.ShouldBe(new Refusal(RefusalKind.Invalid, message));
    }

    [Fact]
    public void Patterns_of_an_instruction_are_the_same_without_a_file()
    {
        DockerIgnore.TryCreate(["*.o", "!a.o"], out var ignore, out var refusal).ShouldBeTrue(refusal?.Message);
        (ignore.Excludes("b.o"), ignore.Excludes("a.o"), ignore.HasExceptions).ShouldBe((true, false, true));
        Read("a\nb").HasExceptions.ShouldBeFalse();
        DockerIgnore.TryCreate(["[a"], out _, out refusal).ShouldBeFalse();
        refusal!.Message.ShouldBe("syntax error in pattern: [a");
    }

    [Fact]
    public void A_path_is_excluded_as_trying_every_way_to_match_finds() => Gen.Select(
        Any.Of("a", "b", "ab", "*", "?", "*b", "a*", "**", "[ab]", "[^a]", "\\a", "a?*").Array[1, 4].Select(parts => string.Join('/', parts)).Array[1, 4],
        Gen.Bool.Array[4], Any.Of("a", "b", "ab", "bb", "aab").Array[1, 5]).Sample((patterns, takes, path) =>
        {
            var expected = false;
            foreach (var (pattern, taken) in patterns.Zip(takes))
            {
                if (Enumerable.Range(1, path.Length).Any(n => Matches(pattern, string.Join('/', path[..n]))))
                    expected = !taken;
            }
            Read(string.Join('\n', patterns.Zip(takes).Select(p => (p.Second ? "!" : "") + p.First))).Excludes(string.Join('/', path)).ShouldBe(expected);
        }, iter: 3_000);

    [Fact]
    public void Any_text_is_read_or_refused_and_any_path_judged() => Gen.Select(
        Gen.String[Gen.Char["a*?[]^-\\/!.# \n\ud83dé"], 0, 20], Gen.String[Gen.Char["a/.é\ud83d\n"], 0, 12]).Sample((text, path) =>
        {
            if (DockerIgnore.TryParse(text, out var ignore, out var refusal))
                _ = ignore.Excludes(path);
            else
                refusal.Message.ShouldStartWith("error reading .dockerignore: line ");
        }, iter: 3_000);

    [Fact]
    public void A_pattern_takes_no_longer_for_being_clever()
    {
        Read(string.Concat(Enumerable.Repeat("*a", 2_000)) + "b").Excludes(new string('a', 4_000)).ShouldBeFalse();
        Read(new string('*', 60_000)).Excludes("a/b").ShouldBeTrue();
    }

    private static bool Matches(string pattern, string path)
    {
        if (pattern is "")
            return path is "";
        if (pattern.StartsWith("**", StringComparison.Ordinal))
        {
            var rest = pattern[2..].TrimStart('/');
            // At the end anything, elsewhere nothing or whole folders.
            return rest is "" || Enumerable.Range(0, path.Length + 1).Any(n => (n == 0 || path[n - 1] == '/') && Matches(rest, path[n..]));
        }
        if (pattern[0] == '*')
            return Enumerable.Range(0, path.Length + 1).Any(n => !path[..n].Contains('/', StringComparison.Ordinal) && Matches(pattern[1..], path[n..]));
        if (path is "")
            return false;
        var (length, takes) = pattern[0] switch
        {
            '?' => (1, path[0] != '/'),
            '[' => (pattern.IndexOf(']', StringComparison.Ordinal) + 1, pattern[1] == '^' ? path[0] != 'a' : path[0] is 'a' or 'b'),
            '\\' => (2, path[0] == pattern[1]),
            var c => (1, path[0] == c),
        };
        return takes && Matches(pattern[length..], path[1..]);
    }

    private static DockerIgnore Read(string text)
    {
        DockerIgnore.TryParse(text, out var ignore, out var refusal).ShouldBeTrue(refusal?.Message);
        return ignore;
    }
}
