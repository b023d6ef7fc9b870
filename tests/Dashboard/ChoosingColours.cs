using System.Globalization;
using System.Text.RegularExpressions;
using Shouldly;
using Xunit;

namespace Shiplog.Dashboard.Tests;

public partial class ChoosingColours
{
    [Theory]
    [InlineData("ink", "page")]
    [InlineData("ink", "surface")]
    [InlineData("ink", "accent-soft")]
    [InlineData("ink", "bad-soft")]
    [InlineData("soft", "page")]
    [InlineData("soft", "surface")]
    [InlineData("soft", "raised")]
    [InlineData("soft", "accent-soft")]
    [InlineData("soft", "bad-soft")]
    [InlineData("link", "page")]
    [InlineData("link", "surface")]
    [InlineData("link", "raised")]
    [InlineData("good", "good-soft")]
    [InlineData("good", "surface")]
    [InlineData("bad", "bad-soft")]
    [InlineData("bad", "surface")]
    [InlineData("wait", "wait-soft")]
    [InlineData("wait", "surface")]
    [InlineData("new", "new-soft")]
    [InlineData("over", "over-soft")]
    public void Text_keeps_the_contrast_of_WCAG_AA_in_both_themes(string text, string ground)
    {
        var colours = Colours();
        Contrast(colours[text].Light, colours[ground].Light).ShouldBeGreaterThanOrEqualTo(4.5);
        Contrast(colours[text].Dark, colours[ground].Dark).ShouldBeGreaterThanOrEqualTo(4.5);
    }

    [Theory]
    [InlineData("line-strong", "surface")]
    [InlineData("line-strong", "page")]
    [InlineData("accent", "surface")]
    public void Marks_and_borders_of_controls_keep_three_to_one(string mark, string ground)
    {
        var colours = Colours();
        Contrast(colours[mark].Light, colours[ground].Light).ShouldBeGreaterThanOrEqualTo(3);
        Contrast(colours[mark].Dark, colours[ground].Dark).ShouldBeGreaterThanOrEqualTo(3);
    }

    private static Dictionary<string, (string Light, string Dark)> Colours()
    {
        var root = new DirectoryInfo(AppContext.BaseDirectory);
        while (root is not null && !File.Exists(Path.Combine(root.FullName, "Platform.sln")))
            root = root.Parent;
        var css = File.ReadAllText(Path.Combine(root.ShouldNotBeNull().FullName, "web", "Shiplog.Dashboard", "wwwroot", "dashboard.css"));
        return Token().Matches(css).ToDictionary(m => m.Groups[1].Value, m => (m.Groups[2].Value, m.Groups[3].Value));
    }

    private static double Contrast(string one, string other)
    {
        double a = Luminance(one), b = Luminance(other);
        return (Math.Max(a, b) + 0.05) / (Math.Min(a, b) + 0.05);
    }

    // WCAG 2.2, "relative luminance".
    private static double Luminance(string hex)
    {
        double Channel(int from)
        {
            var value = int.Parse(hex.AsSpan(from, 2), NumberStyles.HexNumber, CultureInfo.InvariantCulture) / 255.0;
            return value <= 0.04045 ? value / 12.92 : Math.Pow((value + 0.055) / 1.055, 2.4);
        }
        return 0.2126 * Channel(1) + 0.7152 * Channel(3) + 0.0722 * Channel(5);
    }

    [GeneratedRegex(@"--([a-z-]+): light-dark\((#[0-9a-f]{6}), (#[0-9a-f]{6})\)")]
    private static partial Regex Token();
}
