namespace Shiplog.Conformance.Tests.Engine;

/// <summary>GET /version, and the version in front of every path.</summary>
public sealed class ChoosingAVersion : Conversation
{
    [Fact]
    public async Task The_engine_says_what_it_is()
    {
        var version = (await DockerEngine.GetAsync("/version")).With(200).Json;
        version.Text("Os").ShouldBe("linux");
        version.Text("Arch").ShouldBe("amd64");
        version.Text("KernelVersion").ShouldBe((await File.ReadAllTextAsync("/proc/sys/kernel/osrelease", Cancellation)).Trim());
        version.Text("Version").ShouldNotBeEmpty();
        var engine = version.At("Components").EnumerateArray().Single(c => c.Text("Name") == "Engine");
        engine.Text("Version").ShouldBe(version.Text("Version"));
        engine.Text("Details", "ApiVersion").ShouldBe(version.Text("ApiVersion"));
        engine.Text("Details", "MinAPIVersion").ShouldBe(version.Text("MinAPIVersion"));
        version.Keys().ShouldInclude(["Platform", "Components", "Version", "ApiVersion", "MinAPIVersion", "GitCommit", "GoVersion", "Os", "Arch", "KernelVersion"]);
    }

    [Fact]
    public async Task One_that_is_too_old_is_refused() => (await DockerEngine.SendAsIsAsync(HttpMethod.Get, "/v1.10/info")).Refuses(
        400, $"client version 1.10 is too old. Minimum supported API version is {(await VersionAsync()).Text("MinAPIVersion")}, please upgrade your client to a newer version");

    [Fact]
    public async Task One_that_is_too_new_is_refused() => (await DockerEngine.SendAsIsAsync(HttpMethod.Get, "/v1.99/info")).Refuses(
        400, $"client version 1.99 is too new. Maximum supported API version is {(await VersionAsync()).Text("ApiVersion")}");

    [Theory]
    [InlineData("GET", "/v1.41/nonsense")]
    [InlineData("GET", "/nonsense")]
    [InlineData("POST", "/v1.41/containers/json/nonsense")]
    public async Task A_path_that_is_none_is_not_found(string method, string path) =>
        (await DockerEngine.SendAsIsAsync(new HttpMethod(method), path)).Refuses(404, "page not found");

    private static async Task<JsonElement> VersionAsync() => (await DockerEngine.GetAsync("/version")).With(200).Json;
}
