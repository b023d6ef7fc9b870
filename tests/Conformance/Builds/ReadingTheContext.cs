using System.IO.Compression;
using static Shiplog.Conformance.Tests.Builds.ContextEntry;

namespace Shiplog.Conformance.Tests.Builds;

/// <summary>POST /build: where the Dockerfile and its files come from, and Dockerfiles that cannot be read.</summary>
public sealed class ReadingTheContext : BuildConversation
{
    private const string CopyAll = "FROM busybox\nCOPY f /f\n";

    [Fact]
    public async Task Takes_a_Dockerfile_of_another_name_and_place()
    {
        var archive = Tar(File("deep/in/It.dockerfile", "FROM busybox\nCOPY f /f\nLABEL from=deep\n"), File("Dockerfile", "FROM nosuch\n"), File("f", "F"));
        var image = (await OutputAsync(await PostAsync(archive, "dockerfile=deep/in/It.dockerfile"))).Image;
        (await ImageAsync(image)).Text("Config", "Labels", "from").ShouldBe("deep");
        (await FilesAsync(image)).ShouldBe(["/f 644: F"]);
    }

    [Fact]
    public async Task Takes_one_in_small_letters() =>
        (await OutputAsync(await PostAsync(Tar(File("dockerfile", "FROM busybox\nLABEL small=1\n"))))).Succeeded();

    [Fact]
    public async Task Takes_a_link_inside_the_context() =>
        (await OutputAsync(await PostAsync(Tar(File("real", "FROM busybox\nLABEL linked=1\n"), Link("Dockerfile", "real"))))).Succeeded();

    [Fact]
    public async Task Takes_a_compressed_archive()
    {
        var compressed = new MemoryStream();
        using (var gzip = new GZipStream(compressed, CompressionLevel.Fastest))
            gzip.Write(Tar(File("Dockerfile", CopyAll), File("f", "F")));
        (await FilesAsync((await OutputAsync(await PostAsync(compressed.ToArray()))).Image)).ShouldBe(["/f 644: F"]);
    }

    [Fact]
    public async Task Takes_paths_with_a_dot_in_front()
    {
        var archive = Tar(Folder("./"), File("./Dockerfile", CopyAll), File("./f", "F"));
        (await FilesAsync((await OutputAsync(await PostAsync(archive))).Image)).ShouldBe(["/f 644: F"]);
    }

    [Fact]
    public async Task Fetches_a_Dockerfile_from_a_url()
    {
        using var server = FileServer.Start();
        var url = server.Add("Any", "FROM busybox\nLABEL from=url\n", ("Content-Type", "text/plain"));
        var output = (await OutputAsync(await DockerEngine.PostAsync("/build?" + Query("remote", url)))).Succeeded();
        (await ImageAsync(output.Image)).Text("Config", "Labels", "from").ShouldBe("url");
        (await OutputAsync(await DockerEngine.PostAsync("/build?" + Query("remote", server.Add("Copies", CopyAll, ("Content-Type", "text/plain"))))))
            .FailedWith("COPY failed: ");
    }

    [Fact]
    public async Task Fetches_a_context_from_a_url()
    {
        using var server = FileServer.Start();
        var url = server.Add("context", Tar(File("sub/D", CopyAll), File("f", "F")), ("Content-Type", "application/x-tar"));
        var image = (await OutputAsync(await DockerEngine.PostAsync("/build?dockerfile=sub/D&" + Query("remote", url)))).Image;
        (await FilesAsync(image)).ShouldBe(["/f 644: F"]);
    }

    [Fact]
    public async Task Refuses_a_url_where_nothing_is()
    {
        using var server = FileServer.Start();
        var answer = await DockerEngine.PostAsync("/build?" + Query("remote", server.Add("there", "") + "not"));
        answer.RefusesWith(404, "error downloading remote context http://127.0.0.1:8097/therenot: failed to GET http://127.0.0.1:8097/therenot with status 404 Not Found");
        (await DockerEngine.PostAsync("/build?remote=nonsense")).RefusesWith(DockerEngine.BadInput, "remoteURL (nonsense) could not be recognized as URL");
    }

    [Theory]
    [InlineData("", "Cannot locate specified Dockerfile: Dockerfile")]
    [InlineData("dockerfile=sub/none", "Cannot locate specified Dockerfile: sub/none")]
    public async Task Refuses_a_context_without_a_Dockerfile(string query, string message) =>
        (await PostAsync(Tar(File("f", "F")), query)).RefusesWith(DockerEngine.BadInput, message);

    [Theory]
    [InlineData("", "the Dockerfile (Dockerfile) cannot be empty")]
    [InlineData("# a comment\n\n", "file with no instructions")]
    [InlineData("LABEL a=b\n", "no build stage in current context")]
    [InlineData("FROM busybox\nFOO bar\n", "unknown instruction: FOO")]
    [InlineData("FROM\n", "FROM requires either one or three arguments")]
    [InlineData("FROM busybox as\n", "FROM requires either one or three arguments")]
    [InlineData("FROM busybox is name\n", "FROM requires either one or three arguments")]
    [InlineData("FROM busybox AS 1st\n", "invalid name for build stage: \"1st\"")]
    [InlineData("FROM busybox\nENV\n", "ENV requires at least one argument")]
    [InlineData("FROM busybox\nENV a\n", "ENV must have two arguments")]
    [InlineData("FROM busybox\nENV a=b c\n", "can't find = in \"c\". Must be of the form: name=value")]
    [InlineData("FROM busybox\nENV =b\n", "ENV names can not be blank")]
    [InlineData("FROM busybox\nLABEL a=b # c\n", "can't find = in \"#\". Must be of the form: name=value")]
    [InlineData("FROM busybox\nLABEL =b\n", "LABEL names can not be blank")]
    [InlineData("FROM busybox\nCOPY f\n", "COPY requires at least two arguments")]
    [InlineData("FROM busybox\nADD f\n", "ADD requires at least two arguments")]
    [InlineData("FROM busybox\nWORKDIR\n", "WORKDIR requires exactly one argument")]
    [InlineData("FROM busybox\nUSER\n", "USER requires exactly one argument")]
    [InlineData("FROM busybox\nEXPOSE\n", "EXPOSE requires at least one argument")]
    [InlineData("FROM busybox\nVOLUME []\n", "VOLUME requires at least one argument")]
    [InlineData("FROM busybox\nVOLUME [\"\"]\n", "VOLUME specified can not be an empty string")]
    [InlineData("FROM busybox\nSTOPSIGNAL\n", "STOPSIGNAL requires exactly one argument")]
    [InlineData("FROM busybox\nSHELL sh\n", "SHELL requires the arguments to be in JSON form")]
    [InlineData("FROM busybox\nMAINTAINER\n", "MAINTAINER requires exactly one argument")]
    [InlineData("FROM busybox\nARG\n", "ARG requires at least one argument")]
    [InlineData("FROM busybox\nONBUILD\n", "ONBUILD requires at least one argument")]
    [InlineData("FROM busybox\nONBUILD FROM x\n", "FROM isn't allowed as an ONBUILD trigger")]
    [InlineData("FROM busybox\nONBUILD ONBUILD RUN x\n", "Chaining ONBUILD via `ONBUILD ONBUILD` isn't allowed")]
    [InlineData("FROM busybox\nHEALTHCHECK --interval=1x CMD true\n", "time: unknown unit \"x\" in duration \"1x\"")]
    [InlineData("FROM busybox\nHEALTHCHECK CMD\n", "Missing command after HEALTHCHECK CMD")]
    [InlineData("FROM busybox\nHEALTHCHECK LOOK\n", "Unknown type \"LOOK\" in HEALTHCHECK (try CMD)")]
    [InlineData("# escape=x\nFROM busybox\n", "invalid escape token 'x' does not match ` or \\")]
    public async Task Refuses_a_Dockerfile_that_cannot_be_read(string dockerfile, string words) => (await PostAsync(dockerfile)).RefusesWith(400, words);

    [Theory]
    [InlineData("COPY --owner=5 a b", "owner")]
    [InlineData("CMD --flag x", "flag")]
    public async Task Refuses_a_flag_that_is_none(string instruction, string flag) =>
        (await PostAsync($"FROM busybox\n{instruction}\n")).RefusesWith(400, $"unknown flag: {(DockerEngine.IsDockerd ? "" : "--")}{flag}");

    [Fact]
    public async Task Refuses_arguments_without_a_stage()
    {
        Assert.SkipWhen(DockerEngine.IsDockerd, "dockerd 20.10 breaks the connection");
        (await PostAsync("ARG a=b\n")).With(400);
    }

    [Theory]
    [InlineData("FROM busybox\n\nFOO bar\n", 3)]
    [InlineData("FROM busybox\nLABEL a=b \\\n  c=d\nUSER\n", 4)]
    public async Task Tells_the_line_that_is_wrong(string dockerfile, int line) => (await PostAsync(dockerfile)).RefusesWith(
        400, DockerEngine.IsDockerd ? $"dockerfile parse error line {line}: " : $"dockerfile parse error on line {line}: ");

    [Fact]
    public async Task Refuses_what_is_no_archive() => (await PostAsync("this is no archive, whatever the header says"u8.ToArray())).With(DockerEngine.BadInput);
}
