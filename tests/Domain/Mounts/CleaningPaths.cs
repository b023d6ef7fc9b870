using CsCheck;
using Shiplog.Domain.Mounts;

namespace Shiplog.Domain.Tests.Mounts;

public sealed class CleaningPaths
{
    [Theory]
    [InlineData("/a//b/./c/", "/a/b/c")]
    [InlineData("/a/../../b", "/b")]
    [InlineData("a/../..", "..")]
    [InlineData("", ".")]
    [InlineData("/..", "/")]
    public void As_Go_cleans_them(string path, string clean) => ContainerPath.Clean(path).ShouldBe(clean);

    [Fact]
    public void Twice_is_once_and_an_absolute_one_never_goes_up() => Gen.String[Gen.Char["/.ab"], 0, 20].Sample(path =>
    {
        var clean = ContainerPath.Clean(path);
        ContainerPath.Clean(clean).ShouldBe(clean);
        if (path.StartsWith('/'))
            clean.Split('/').ShouldNotContain("..");
    });

    [Theory]
    [InlineData("a/b", true)]
    [InlineData("a/../b", true)]
    [InlineData("..", false)]
    [InlineData("a/../../b", false)]
    [InlineData("/a", false)]
    [InlineData("", false)]
    [InlineData("..a", true)]
    public void What_is_local_stays_where_it_starts(string path, bool local) => ContainerPath.IsLocal(path).ShouldBe(local);
}
