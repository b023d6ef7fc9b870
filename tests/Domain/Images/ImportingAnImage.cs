using System.Text.Json;
using Shiplog.Domain.Images;

namespace Shiplog.Domain.Tests.Images;

public sealed class ImportingAnImage
{
    private static readonly DateTimeOffset Now = new(2026, 3, 3, 14, 3, 0, TimeSpan.Zero);

    private static Decision Decide(string platform, string? message = null, params string[] changes) =>
        ImportImage.Decide(new ImportImage("c1", "http://host/files.tar", "docker.io/library/x:latest", message, changes, platform), Now);

    private static JsonElement Template(Decision decision) => JsonDocument.Parse(
        decision.ShouldBeOfType<Decision.Accepted>().Events.ShouldHaveSingleItem().ShouldBeOfType<ImageLoadRequested>().Import.ShouldNotBeNull().ConfigTemplate).RootElement;

    [Fact]
    public void The_config_says_what_it_is_made_of()
    {
        var config = Template(Decide("linux/arm64/v8", null, "CMD [\"/init\"]", "LABEL of=mine"));

        (config.GetProperty("architecture").GetString(), config.GetProperty("variant").GetString(), config.GetProperty("os").GetString()).ShouldBe(("arm64", "v8", "linux"));
        config.GetProperty("comment").GetString().ShouldBe("Imported from http://host/files.tar");
        config.GetProperty("config").GetProperty("Cmd")[0].GetString().ShouldBe("/init");
        config.GetProperty("config").GetProperty("Labels").GetProperty("of").GetString().ShouldBe("mine");
        config.GetProperty("history")[0].GetProperty("created").GetString().ShouldBe("2026-03-03T14:03:00Z");
        Template(Decide("linux/amd64", "by hand")).GetProperty("history")[0].GetProperty("comment").GetString().ShouldBe("by hand");
    }

    [Theory, InlineData("windows/amd64"), InlineData("linux"), InlineData("linux/"), InlineData("linux/arm/v7/x"), InlineData("linux/arm64/"), InlineData("")]
    public void A_platform_that_is_none_here_is_refused(string platform) =>
        Decide(platform).ShouldBeOfType<Decision.Refused>().Reason.Message.ShouldStartWith($"cannot import an image for {platform}:");
}
