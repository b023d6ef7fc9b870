namespace Shiplog.Conformance.Tests.Engine;

/// <summary>GET and HEAD /_ping</summary>
public sealed class Pinging : Conversation
{
    [Theory]
    [InlineData("/_ping")]
    [InlineData("/v1.41/_ping")]
    [InlineData("/v1.24/_ping")]
    public async Task Says_OK_and_what_it_speaks(string path)
    {
        var answer = (await DockerEngine.SendAsIsAsync(HttpMethod.Get, path)).With(200);
        answer.Text.ShouldBe("OK");
        answer.ContentType.ShouldBe("text/plain");
        answer.Headers.GetValues("Ostype").ShouldBe(["linux"]);
        answer.Headers.GetValues("Docker-Experimental").ShouldBe(["false"]);
        answer.Headers.GetValues("Api-Version").Single().ShouldMatch(@"^1\.\d\d$");
        answer.Headers.CacheControl!.ToString().ShouldBe("no-store, must-revalidate, no-cache");
        answer.Headers.Pragma.ToString().ShouldBe("no-cache");
    }

    [Fact]
    public async Task By_HEAD_says_it_without_a_body()
    {
        var answer = (await DockerEngine.SendAsync(HttpMethod.Head, "/_ping")).With(200);
        answer.Body.ShouldBeEmpty();
        answer.Headers.Contains("Api-Version").ShouldBeTrue();
    }
}
