using System.Text.RegularExpressions;

namespace Shiplog.Conformance.Tests.Builds;

/// <summary>What the builder said, line by line of JSON.</summary>
internal sealed partial class BuildOutput(Answer answer)
{
    private readonly JsonElement[] _lines = answer.With(200).Lines;

    /// <summary>What is shown to the user, in one piece.</summary>
    public string Text => string.Concat(_lines.Where(l => l.TryGetProperty("stream", out _)).Select(l => l.Text("stream")));

    /// <summary>The same by lines, without empty ones.</summary>
    public string[] Said => Text.Split('\n', StringSplitOptions.RemoveEmptyEntries);

    /// <summary>The image of each stage that was built, in order; the last one is the build's.</summary>
    public string[] Images => [.. _lines.Where(l => l.TryGetProperty("aux", out _)).Select(l => l.Text("aux", "ID"))];

    /// <summary>Short ids of the images that the steps have made or found.</summary>
    public string[] Steps => [.. Said.Select(l => StepImage().Match(l)).Where(m => m.Success).Select(m => m.Groups[1].Value)];

    /// <summary>Short ids of the containers in which steps ran.</summary>
    public string[] Containers => [.. Said.Select(l => StepContainer().Match(l)).Where(m => m.Success).Select(m => m.Groups[1].Value)];

    /// <summary>For each step whether it was taken from the cache. The first, a FROM, never is.</summary>
    public bool[] Cached
    {
        get
        {
            var cached = new List<bool>();
            foreach (var line in Said)
            {
                if (line.StartsWith("Step ", StringComparison.Ordinal))
                    cached.Add(false);
                else if (line == " ---> Using cache")
                    cached[^1] = true;
            }
            return [.. cached];
        }
    }

    /// <summary>The image that was built.</summary>
    public string Image
    {
        get
        {
            Succeeded();
            return Images[^1];
        }
    }

    /// <summary>Why the build failed; <see langword="null"/> where it did not.</summary>
    public JsonElement? Failure => _lines.Length != 0 && _lines[^1].TryGetProperty("error", out _) ? _lines[^1] : null;

    public BuildOutput Succeeded()
    {
        (Failure is { } failure ? failure.GetRawText() : null).ShouldBeNull(Text);
        return this;
    }

    /// <summary>It failed in these words, whatever their case.</summary>
    public void FailedWith(string words)
    {
        if (Failure is not { } failure)
            throw new ShouldAssertException($"the build did not fail with {words}:\n{Text}");
        failure.Text("error").ShouldContain(words, Case.Insensitive);
        failure.Text("errorDetail", "message").ShouldBe(failure.Text("error"));
    }

    [GeneratedRegex("^ ---> ([0-9a-f]{12})$")]
    private static partial Regex StepImage();

    [GeneratedRegex("^ ---> Running in ([0-9a-f]{12})$")]
    private static partial Regex StepContainer();
}
