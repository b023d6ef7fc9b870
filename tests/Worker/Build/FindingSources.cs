using Shiplog.Contracts.Orders;
using Shiplog.Worker.Build;
using Shiplog.Worker.Tests.Layers;
using static Shiplog.Worker.Tests.Build.BuildBench;

namespace Shiplog.Worker.Tests.Build;

public sealed class FindingSources : IDisposable
{
    private const string Missing = "COPY failed: file not found in build context or excluded by .dockerignore: stat ";

    private readonly BuildBench _bench = new();

    [Theory]
    [InlineData("*.txt", "a.txt b.txt")]
    [InlineData("?.txt", "a.txt b.txt")]
    [InlineData("[a-a].txt", "a.txt")]
    [InlineData("[^a].txt", "b.txt")]
    [InlineData("d*/*.go", "x.go y.go")]
    [InlineData("d/*/*.go", "deep.go")]
    [InlineData("**/*.go", "x.go y.go")]
    [InlineData("[*]", "*")]
    [InlineData("link/*.go", "x.go y.go")]
    [InlineData("./d//../*.txt", "a.txt b.txt")]
    [InlineData("/a.txt", "a.txt")]
    [InlineData("a.txt/", "a.txt")]
    public async Task Sources_are_paths_and_wildcards_below_the_context(string source, string found)
    {
        _bench.TakeContext(Context());
        Files(await _bench.LayerAsync(null, Copy("/x/", source))).ShouldBe(found.Split(' '));
    }

    [Theory]
    [InlineData("nosuch", Missing + "nosuch: file does not exist")]
    [InlineData("/d/nosuch", Missing + "d/nosuch: file does not exist")]
    [InlineData("a.txt/below", Missing + "a.txt/below: file does not exist")]
    [InlineData("broken", Missing + "broken: file does not exist")]
    [InlineData("out", Missing + "out: file does not exist")]
    [InlineData("*.none", "COPY failed: no source files were specified")]
    [InlineData("a\0b", "COPY failed: a path cannot hold a NUL character")]
    [InlineData("[a", "COPY failed: syntax error in pattern: [a")]
    [InlineData("loop", "COPY failed: resolve loop: too many levels of symbolic links")]
    [InlineData("http://example.com/x", "COPY failed: source can't be a URL for COPY")]
    public async Task What_is_not_there_is_told_in_Dockers_words(string source, string error)
    {
        _bench.TakeContext(Context());
        (await _bench.RefusedAsync(null, Copy("/x/", source))).ShouldBe(new OrderFailure("BuildImageStep", FailureKind.Invalid, error));
    }

    [Fact]
    public async Task Without_a_context_no_file_is_there()
    {
        (await _bench.RefusedAsync(null, Copy("/x/", "a"))).Error.ShouldBe(Missing + "a: file does not exist");
        (await _bench.RefusedAsync(null, Copy("/x/") with { Sources = [] })).Error.ShouldBe("COPY failed: no source files were specified");
        (await _bench.RefusedAsync(null, Add("/x/", "git@github.com:a/b.git"))).Error.ShouldStartWith("ADD failed: git@github.com:a/b.git: git repositories are not fetched here");
        (await _bench.RefusedAsync(null, Add("/x/", "https://example.com/a/b.git#main"))).Error.ShouldContain("git repositories are not fetched here");
    }

    [Theory, InlineData("../out"), InlineData("way/file"), InlineData(".."), InlineData(""), InlineData("a\0b")]
    public async Task A_file_of_the_Dockerfile_has_a_name_and_no_path(string name)
    {
        var image = await _bench.ImageAsync(new TestTar().Directory("./").Symlink("way", "/tmp").ToArray());
        var copy = Copy("/") with { Files = [new BuildFile(name, "x")] };
        (await _bench.RefusedAsync(image, copy)).ShouldBe(new OrderFailure("BuildImageStep", FailureKind.Invalid, $"COPY failed: \"{name}\" is no name for a file"));
    }

    [Theory, InlineData("/a\0b"), InlineData("LONG")]
    public async Task A_destination_that_is_no_path_is_refused(string destination)
    {
        _bench.TakeContext(Context());
        destination = destination == "LONG" ? "/" + string.Join('/', Enumerable.Repeat("abcdefgh", 500)) : destination;
        (await _bench.RefusedAsync(null, Copy(destination, "a.txt"))).Kind.ShouldBe(FailureKind.Invalid);
    }

    [Fact]
    public async Task Several_sources_need_a_destination_that_is_a_folder()
    {
        const string error = "When using COPY with more than one source file, the destination must be a directory and end with a /";
        _bench.TakeContext(Context());
        (await _bench.RefusedAsync(null, Copy("/x", "*.txt"))).Error.ShouldBe(error);
        (await _bench.RefusedAsync(null, Copy("/x", "a.txt") with { Files = [new BuildFile("more", "")] })).Error.ShouldBe(error);
    }

    [Fact]
    public async Task Links_out_of_the_context_lead_nowhere()
    {
        _bench.TakeContext(new TestTar().Symlink("etc", "/etc").Symlink("host", "../../../../../../../../etc").Directory("d/").Symlink("d/hostname", "/etc/hostname").ToArray());
        foreach (var source in (string[])["etc/hostname", "host/hostname", "d/hostname", "etc/*", "host"])
            (await _bench.RefusedAsync(null, Copy("/x/", source))).Kind.ShouldBe(FailureKind.Invalid);
        // In a folder that is copied, a link is what it is.
        (await _bench.LayerAsync(null, Copy("/x/", "d"))).ShouldBe(["755 0:0 /x/", "/x/hostname -> /etc/hostname"]);
    }

    [Fact]
    public async Task With_parents_two_stars_are_any_number_of_folders()
    {
        _bench.TakeContext(Context());
        (await _bench.LayerAsync(null, Copy("/x/", "**/*.go") with { Parents = true })).Select(l => l.Split(' ')[2]).ShouldBe(
            ["/x/", "/x/d/", "/x/d/sub/", "/x/d/sub/deep.go", "/x/d/x.go", "/x/d/y.go"]);
    }

    [Theory]
    [InlineData("*.go", "sub/deep.go z")]
    [InlineData("**/*.go", "z")]
    [InlineData("sub", "x.go y.go z")]
    [InlineData("/sub/", "x.go y.go z")]
    [InlineData("*|!x.go", "x.go")]
    [InlineData("*|!sub/deep.go", "sub/deep.go")]
    [InlineData("s?b|[xy].*", "z")]
    [InlineData("**", "")]
    public async Task Excluded_files_are_left_out(string patterns, string found)
    {
        _bench.TakeContext(Context());
        var layer = await _bench.LayerAsync(null, Copy("/x/", "d") with { Excludes = patterns.Split('|') });
        string.Join(' ', layer.Where(l => !l.EndsWith('/')).Select(l => l.Split(' ')[2]["/x/".Length..])).ShouldBe(found);
    }

    [Fact]
    public async Task Excluded_files_that_are_sources_are_left_out()
    {
        _bench.TakeContext(Context());
        Files(await _bench.LayerAsync(null, Copy("/x/", "?.txt", "d") with { Excludes = ["a.*", "sub", "*.go"] })).ShouldBe(["b.txt", "z"]);
        (await _bench.RefusedAsync(null, Copy("/x/", "d") with { Excludes = ["[a"] })).Error.ShouldBe("COPY failed: syntax error in pattern: [a");
    }

    [Fact]
    public async Task An_image_shows_what_its_layers_make_together()
    {
        var image = await _bench.ImageAsync(
            new TestTar().Directory("./").Directory("d/").File("d/gone", "g").File("d/kept", "k").Directory("o/").File("o/hidden").Symlink("way", "/d").ToArray(),
            new TestTar().Directory("./").Directory("d/").File("d/.wh.gone").File("d/new", "n").Directory("o/").File("o/.wh..wh..opq").File("o/shown", "s").ToArray());
        BuildCopy From(params string[] sources) => Copy("/x/", sources) with { FromImageId = image.ImageId };
        Files(await _bench.LayerAsync(null, From("way/"))).ShouldBe(["kept", "new"]);
        Files(await _bench.LayerAsync(null, From("/d/*", "o"))).ShouldBe(["kept", "new", "shown"]);
        (await _bench.RefusedAsync(null, From("d/gone"))).Error.ShouldBe("COPY failed: stat d/gone: file does not exist");
        // What the engine puts into a container's root is not in the image.
        (await _bench.LayerAsync(null, From("/"))).Select(l => l.Split(' ')[^1]).ShouldNotContain("/x/etc/");
        var unknown = "sha256:" + new string('0', 64);
        (await _bench.RefusedAsync(null, From("d") with { FromImageId = unknown })).ShouldBe(
            new OrderFailure("BuildImageStep", FailureKind.NotFound, $"COPY failed: image {unknown} is not on this host: pull it again"));
    }

    [Theory]
    [InlineData("*", "", true)]
    [InlineData("", "a", false)]
    [InlineData("a*b*c", "axxbyyc", true)]
    [InlineData("a*b*c", "axxbyy", false)]
    [InlineData("*.t?t", "a.b.txt", true)]
    [InlineData("[]a]", "]", false)]
    [InlineData("[\\]]", "]", true)]
    [InlineData("[a-c-e]", "b", false)]
    [InlineData("?", "\U0001f40b", true)]
    [InlineData("[\U0001f40a-\U0001f40c]x", "\U0001f40bx", true)]
    [InlineData("*\U0001f40b", "a\U0001f40b", true)]
    public void Patterns_mean_what_they_mean_to_Go(string pattern, string name, bool matches)
    {
        try
        {
            SourcePattern.Matches(pattern, name).ShouldBe(matches);
        }
        catch (FormatException e)
        {
            // Go takes neither an empty class nor a range that begins with a dash.
            (e.Message, matches).ShouldBe(($"syntax error in pattern: {pattern}", false));
            pattern.ShouldBeOneOf("[]a]", "[a-c-e]");
        }
    }

    public void Dispose() => _bench.Dispose();

    private static byte[] Context() => new TestTar()
        .File("a.txt", "a").File("b.txt", "b").File("*", "star").Directory("d/").File("d/x.go", "x").File("d/y.go", "y").File("d/z", "z").Directory("d/sub/").File("d/sub/deep.go", "deep")
        .Symlink("link", "d").Symlink("broken", "nothing").Symlink("out", "/etc/hostname").Symlink("loop", "loop").ToArray();

    private static string[] Files(string[] layer) => [.. layer.Where(l => !l.Split(' ')[2].EndsWith('/')).Select(l => l.Split(' ')[2]["/x/".Length..])];
}
