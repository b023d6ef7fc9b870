using Shiplog.Domain.Images;

namespace Shiplog.Domain.Tests.Images;

public sealed class PlatformsOfImages
{
    private static ImagePlatform Platform(string text) => text.Split('/') is [var os, var architecture, .. var rest]
        ? new ImagePlatform(os, architecture, rest is [var variant] ? variant : null) : throw new FormatException(text);

    [Theory]
    [InlineData("linux/amd64", "linux/amd64", true)]
    [InlineData("linux/amd64", "linux/arm64", false)]
    [InlineData("linux/amd64", "windows/amd64", false)]
    [InlineData("linux/arm64/v8", "linux/arm64", true)]
    [InlineData("linux/arm64", "linux/arm64/v8", true)]
    [InlineData("linux/arm/v7", "linux/arm/v6", false)]
    public void One_serves_who_asks_for_it_and_variants_count_where_both_name_one(string wanted, string actual, bool serves) =>
        Platform(wanted).Accepts(Platform(actual)).ShouldBe(serves);

    [Fact]
    public void What_a_config_says_reads_as_it_is_asked_for()
    {
        ImageConfig.TryParse("""{"architecture":"arm64","os":"linux","variant":"v8"}""", out var config).ShouldBeTrue();
        ImagePlatform.Of(config).ToString().ShouldBe("linux/arm64/v8");
        (ImagePlatform.Of(config) with { Variant = "" }).ToString().ShouldBe("linux/arm64");
    }
}
